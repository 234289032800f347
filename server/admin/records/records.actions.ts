import type { Database } from '#server/db/connection.ts'
import { recordEvidence, writeEvidence } from '#server/ledger/actions.ts'
import { notify } from '#server/notices/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { listConcerned } from './records.queries.ts'

const minutesOpen = 60

/**
 * Break-glass: opens one person's training record for an hour. The person, the administrators where they work and
 * licensing staff are told at once who did it and why.
 */
export const openRecord = (
  db: Database,
  viewer: Viewer,
  person: Readonly<{ id: string; name: string }>,
  reason: string,
  now: Date,
): Promise<void> =>
  writeEvidence(db, async (trx) => {
    const { id } = await trx
      .insertInto('record_openings')
      .values({
        person_id: person.id,
        opened_by: viewer.id,
        reason,
        opened_at: now,
        expires_at: new Date(now.getTime() + minutesOpen * 60_000),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const facts = { name: person.name, by: viewer.name, reason }
    const dedupe_key = `record opened ${id}`
    const own = { ...facts, is_own: true }
    await notify(trx, { person_id: person.id, kind: 'record-opened', facts: own, dedupe_key })
    for (const person_id of await listConcerned(trx, person.id))
      if (person_id !== viewer.id && person_id !== person.id)
        await notify(trx, {
          person_id,
          kind: 'record-opened',
          facts: { ...facts, is_own: false },
          dedupe_key,
        })
    trx.record({
      kind: 'record-opened',
      actor_id: viewer.id,
      subject: `person:${person.id}`,
      facts: { opening_id: id, reason, minutes: minutesOpen },
      at: now,
    })
  })

/** Each look is logged, as licensing staff's are. */
export const logRecordLook = (db: Database, viewer: Viewer, personId: string, openingId: string, now: Date) =>
  recordEvidence(db, {
    kind: 'person-viewed',
    actor_id: viewer.id,
    subject: `person:${personId}`,
    facts: { what: 'training record opened by a system administrator', opening_id: openingId },
    at: now,
  })
