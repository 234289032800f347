import { changeKeyFile } from '#server/certificates/credentials/key-file.ts'
import { issuerDid, newSigningKey, rotate } from '#server/certificates/credentials/keys.ts'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Viewer } from '#server/people/roles.ts'

type Acting = Readonly<{ viewer: Viewer; now: Date }>

/** Signs with a new key from now on. What earlier keys signed stays genuine. */
export function rotateSigningKey(
  db: Database,
  { viewer, now }: Acting,
  config: Readonly<{ baseUrl: string; keysFile: string }>,
): Promise<void> {
  return writeEvidence(db, async (trx) => {
    const next = await newSigningKey(issuerDid(config.baseUrl), now)
    await changeKeyFile(config.keysFile, async (keys) => rotate(keys, next))
    trx.record({
      kind: 'key-rotated',
      actor_id: viewer.id,
      subject: `key:${next.id}`,
      facts: { public_key_multibase: next.public_key_multibase },
      at: now,
    })
  })
}
