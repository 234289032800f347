import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { notify } from '#server/notices/actions.ts'
import type { By } from '#server/people/account.actions.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { lockPeople } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { newPaperCode, paperCodeHash } from '#server/people/sign-in/paper-code.ts'
import { listConfirmers, listWaitingCodes } from './paper-codes.queries.ts'

const hoursValid = 24

/**
 * Makes a one-time code to hand over on paper; it is returned once and never stored. It opens nothing until a second
 * person confirms that the right one has it. An earlier code of the person ends.
 */
export async function makePaperCode(
  db: Database,
  person: Readonly<{ id: string; name: string }>,
  resetsSecondFactor: boolean,
  { actorId, reason, now }: By,
  tell: TellOwner,
): Promise<string> {
  const code = newPaperCode()
  const code_hash = await paperCodeHash(person.id, code)
  return writeEvidence(db, async (trx) => {
    await lockPeople(trx, [person.id])
    await trx
      .updateTable('paper_codes')
      .set({ ended_at: now, how_ended: 'replaced' })
      .where('person_id', '=', person.id)
      .where('ended_at', 'is', null)
      .execute()
    const { id } = await trx
      .insertInto('paper_codes')
      .values({
        person_id: person.id,
        code_hash,
        resets_second_factor: resetsSecondFactor,
        reason,
        made_by: actorId,
        made_at: now,
        expires_at: new Date(now.getTime() + hoursValid * 3_600_000),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const confirmer of await listConfirmers(trx, person.id, actorId, now))
      await notify(trx, {
        person_id: confirmer.id,
        kind: 'second-confirmation',
        facts: { what: `The one-time code for ${person.name}`, path: '/accounts/codes' },
        dedupe_key: `paper code ${id}`,
      })
    await tell(trx, person.id, { what: 'code-made', by: await nameOf(trx, actorId), key: id })
    note(trx, person.id, 'paper-code-made', { actorId, reason, now }, { resetsSecondFactor })
    return code
  })
}

/** The second person says that the right one has the code, or that something is wrong and it must not work. */
export function decidePaperCode(
  db: Database,
  viewer: Viewer,
  codeId: string,
  decision: 'confirmed' | 'refused',
  { tell, now }: Readonly<{ tell: TellOwner; now: Date }>,
): Promise<'decided' | 'not-found'> {
  return writeEvidence(db, async (trx) => {
    const code = (await listWaitingCodes(trx, viewer, now)).find(({ id }) => id === codeId)
    if (!code) return 'not-found'
    await lockPeople(trx, [code.person_id])
    const changed = await trx
      .updateTable('paper_codes')
      .set(
        decision === 'confirmed'
          ? { confirmed_by: viewer.id, confirmed_at: now }
          : { ended_at: now, how_ended: 'refused' },
      )
      .where('id', '=', codeId)
      .where('confirmed_at', 'is', null)
      .where('ended_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!changed) return 'not-found'
    if (decision === 'confirmed')
      await tell(trx, code.person_id, { what: 'code-confirmed', by: viewer.name, key: codeId })
    note(trx, code.person_id, `paper-code-${decision}`, { actorId: viewer.id, reason: '', now })
    return 'decided'
  })
}

const note = (
  trx: EvidenceTransaction,
  personId: string,
  change: string,
  { actorId, reason, now }: By,
  { resetsSecondFactor = false } = {},
) =>
  trx.record({
    kind: 'account-changed',
    actor_id: actorId,
    subject: `person:${personId}`,
    facts: {
      change,
      ...(reason ? { reason } : {}),
      ...(resetsSecondFactor ? { resets_second_factor: true } : {}),
    },
    at: now,
  })

async function nameOf(trx: EvidenceTransaction, personId: string): Promise<string> {
  const { name } = await trx
    .selectFrom('people')
    .select('name')
    .where('id', '=', personId)
    .executeTakeFirstOrThrow()
  return name
}
