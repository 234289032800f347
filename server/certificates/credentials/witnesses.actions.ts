import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Finding } from '#server/ledger/checking.ts'
import { cosignatureIn, type VerifierKey } from '#server/ledger/signed-note.ts'
import { tileReader } from '#server/ledger/tiles.actions.ts'
import { consistencyProof } from '#server/ledger/tiles.ts'
import { submissionText } from '#server/ledger/witnessing.ts'
import { findCosignedSize } from './witness.queries.ts'

/** Another installation that cosigns our heads. */
export type WitnessSetting = Readonly<{ key: VerifierKey; url: string }>

type Asked = Readonly<{
  finding: Finding | null
  cosignatures: readonly Readonly<{ witness: string; line: string }>[]
}>

/**
 * Asks each witness to cosign a head. One that has seen a history which ours doesn't continue is a finding, and the head must
 * not be published. One that can't be reached is left out and asked again with the next head.
 */
export async function askWitnesses(
  db: Kysely<DB>,
  witnesses: readonly WitnessSetting[],
  head: Readonly<{ size: number; note: string }>,
): Promise<Asked> {
  const cosignatures = []
  for (const { key, url } of witnesses) {
    const answer = await askWitness(db, key, url, head)
    if (answer.kind === 'differs') {
      const what = `The witness ${key.name} has cosigned a history that this ledger does not continue.`
      return { finding: { row: answer.row, what }, cosignatures: [] }
    }
    if (answer.kind === 'cosigned') cosignatures.push({ witness: key.name, line: answer.line })
  }
  return { finding: null, cosignatures }
}

type Answer =
  | Readonly<{ kind: 'cosigned'; line: string }>
  | Readonly<{ kind: 'differs'; row: number }>
  | Readonly<{ kind: 'no-answer' }>

async function askWitness(
  db: Kysely<DB>,
  key: VerifierKey,
  url: string,
  head: Readonly<{ size: number; note: string }>,
): Promise<Answer> {
  let old = await findCosignedSize(db, key.name)
  for (let tries = 0; tries < 2; tries++) {
    if (old > head.size) return { kind: 'differs', row: head.size + 1 }
    const path = await consistencyProof(old, head.size, tileReader(db))
    const answer = await post(`${url}/add-checkpoint`, submissionText(old, path, head.note))
    if (answer?.status === 422) return { kind: 'differs', row: Math.max(old, 1) }
    if (answer?.status === 200) {
      const line = cosignatureIn(answer.text.split('\n'), head.note, key)
      return line ? { kind: 'cosigned', line } : { kind: 'no-answer' }
    }
    // The witness has seen another head than the last that we know of.
    if (answer?.status !== 409 || !/^\d{1,15}\n$/.test(answer.text)) return { kind: 'no-answer' }
    old = Number(answer.text)
  }
  return { kind: 'no-answer' }
}

async function post(url: string, body: string): Promise<Readonly<{ status: number; text: string }> | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    })
    return { status: answer.status, text: (await answer.text()).slice(0, 10_000) }
  } catch {
    return null
  }
}
