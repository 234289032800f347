import { createHash } from 'node:crypto'
import { saveSetting } from '#server/admin/setup/settings.actions.ts'
import { type BrandingSetting, findSetting, noBranding } from '#server/admin/setup/settings.queries.ts'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { Logo } from './logo.ts'

type Acting = Readonly<{ viewer: Viewer; now: Date }>

/** Changes part of how the installation looks, with who and when in the ledger. Of a logo the ledger keeps the hash. */
export function changeBranding(
  db: Database,
  { viewer, now }: Acting,
  change: Partial<Pick<BrandingSetting, 'color' | 'support_lines'>> & Readonly<{ logo?: Logo | null }>,
): Promise<void> {
  return writeEvidence(db, async (trx) => {
    const before = (await findSetting(trx, 'branding')) ?? noBranding
    const { logo, ...rest } = change
    const by = { id: viewer.id, at: now }
    const branding = {
      ...before,
      ...rest,
      ...(logo === undefined ? {} : { logo: logo && shapeOf(logo) }),
    }
    if (logo) await saveSetting(trx, 'logo', { png: logo.png.toString('base64') }, by)
    await saveSetting(trx, 'branding', branding, by)
    trx.record({
      kind: 'setting-changed',
      actor_id: viewer.id,
      subject: 'setting:branding',
      facts: branding,
      at: now,
    })
  })
}

const shapeOf = ({ png, width, height }: Logo) => ({
  hash: createHash('sha256').update(png).digest('hex').slice(0, 32),
  width,
  height,
})
