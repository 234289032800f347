import type { Database } from '#server/db/connection.ts'
import type { PageFrame } from '#server/web/views.ts'
import { type BrandingSetting, findSettings, type Installation, noBranding } from './settings.queries.ts'

/** The installation's name, contact and look as every page shows them. */
export type CurrentInstallation = Readonly<{
  /** As last read; null before set-up. */
  now: () => Installation | null
  branding: () => BrandingSetting
  /** What the layout shows of the branding. */
  look: () => PageFrame['look']
  /** Reads it again if it was read a while ago: another server may have changed it. */
  refresh: () => Promise<void>
  /** Reads it again now, after a change. */
  changed: () => Promise<void>
}>

const millisecondsKept = 10_000

export function currentInstallation(db: Database): CurrentInstallation {
  let installation: Installation | null = null
  let branding = noBranding
  let readAt = Number.NEGATIVE_INFINITY
  const changed = async () => {
    const settings = await findSettings(db, ['installation', 'branding'])
    installation = settings.installation ?? null
    branding = settings.branding ?? noBranding
    readAt = performance.now()
  }
  return {
    now: () => installation,
    branding: () => branding,
    look: () => lookOf(branding),
    refresh: async () => {
      // Health checks and error pages answer while the database is away, with what was read before.
      if (performance.now() - readAt > millisecondsKept) await changed().catch(() => {})
    },
    changed,
  }
}

const logoHeight = 40

function lookOf({ color, logo }: BrandingSetting): PageFrame['look'] {
  return {
    stylesheet: color ? `/branding/colors.css?v=${color.slice(1)}` : null,
    logo: logo && {
      href: `/branding/logo.png?v=${logo.hash}`,
      width: Math.round((logo.width / logo.height) * logoHeight),
      height: logoHeight,
    },
  }
}
