import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { clearanceOfPeople } from '#server/standings/clearance.actions.ts'
import type { Named, OnRoster } from './shift-people.ts'
import { findSentShift, findShift, type Shift } from './shifts.queries.ts'

type Acting = Readonly<{ viewer: Viewer; now: Date }>

/** Turns shift check-in on or off for a program. What was checked stays on record. */
export function setShiftChecks(
  db: Database,
  { viewer, now }: Acting,
  programId: string,
  checksShifts: boolean,
): Promise<void> {
  return writeEvidence(db, async (trx) => {
    const changed = await trx
      .updateTable('programs')
      .set({ checks_shifts: checksShifts })
      .where('id', '=', programId)
      .where('checks_shifts', '!=', checksShifts)
      .returning('id')
      .executeTakeFirst()
    if (!changed) return
    trx.record({
      kind: 'setting-changed',
      actor_id: viewer.id,
      subject: `program:${programId}`,
      facts: { checks_shifts: checksShifts },
      at: now,
    })
  })
}

type NewShift = Readonly<{
  label: string
  starts_at: Date
  named: Omit<Named, 'people'> & Readonly<{ people: readonly Pick<OnRoster, 'person_id'>[] }>
}>

/** Saves who a shift lead named. It is evidence only once it is checked. */
export const createShift = (
  db: Database,
  { viewer, now }: Acting,
  programId: string,
  shift: NewShift,
): Promise<string> =>
  db.transaction().execute((trx) => insertShift(trx, programId, shift, now, { created_by: viewer.id }))

type SentAs = Readonly<{ tokenId: string; externalId: string }>

/** Saves what software sent of a shift. The same again changes nothing; something else replaces the list. */
export function receiveShift(
  db: Database,
  { tokenId, externalId }: SentAs,
  programId: string,
  shift: NewShift,
  now: Date,
): Promise<Readonly<{ id: string; isNew: boolean }>> {
  return db.transaction().execute(async (trx) => {
    // Of two requests at once for the same shift, the second sees the first one’s list.
    await sql`select pg_advisory_xact_lock(hashtext(${`shift ${programId} ${externalId}`}))`.execute(trx)
    const earlier = await findSentShift(trx, programId, externalId)
    if (earlier && isSame(earlier, shift)) return { id: earlier.id, isNew: false }
    const from = { token_id: tokenId, external_id: externalId }
    return { id: await insertShift(trx, programId, shift, now, from), isNew: true }
  })
}

const isSame = (earlier: Shift, { label, starts_at, named }: NewShift): boolean =>
  earlier.label === label &&
  earlier.starts_at.getTime() === starts_at.getTime() &&
  sorted(earlier.unmatched) === sorted(unmatchedOf(named)) &&
  sorted(earlier.person_ids) === sorted(named.people.map(({ person_id }) => person_id))

const sorted = (texts: readonly string[]) => JSON.stringify([...texts].sort())

/** What could be several people is not one of them: it stays as it was written. */
const unmatchedOf = ({ unmatched, unclear }: NewShift['named']): readonly string[] => [
  ...unmatched,
  ...unclear.map(({ text }) => text),
]

async function insertShift(
  trx: Transaction<DB>,
  program_id: string,
  { label, starts_at, named }: NewShift,
  created_at: Date,
  from: Readonly<{ created_by: string } | { token_id: string; external_id: string }>,
): Promise<string> {
  const unmatched = [...unmatchedOf(named)]
  const { id } = await trx
    .insertInto('shifts')
    .values({ program_id, label, starts_at, created_at, unmatched, ...from })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (named.people.length > 0)
    await trx
      .insertInto('shift_people')
      .values(named.people.map(({ person_id }) => ({ shift_id: id, person_id })))
      .execute()
  return id
}

type Answer = Readonly<{
  person_id: string
  answer: 'yes' | 'no' | 'unknown'
  until_on: string | null
  on_leave: boolean
  because: string
}>

/** Records that a shift was checked now, with the answer for each person: evidence that no one edits. */
export function checkShift(
  db: Database,
  { viewer, now }: Acting,
  programId: string,
  shiftId: string,
): Promise<string | null> {
  return writeEvidence(db, async (trx) => {
    const shift = await findShift(trx, programId, shiftId)
    if (!shift) return null
    const lines = await clearanceOfPeople(trx, shift.person_ids, programId, dayOf(now))
    const answers = lines.map(({ person_id, answer, until, on_leave, because }) => ({
      person_id,
      answer,
      until_on: until,
      on_leave,
      because: because().join(' '),
    }))
    const check = { shift, answers, checkedAt: now, listSignedAt: null }
    const { id, entry } = await insertCheck(trx, { viewer, now }, check)
    trx.record(entry)
    return id
  })
}

/** A check-in that was made from a signed list, without a connection, and arrives later. */
type KeptCheck = Readonly<{
  checkedAt: Date
  listSignedAt: Date
  answers: readonly Answer[]
  label: string
}>

export function receiveKeptCheck(
  db: Database,
  acting: Acting,
  programId: string,
  { checkedAt, listSignedAt, answers, label }: KeptCheck,
): Promise<string> {
  return writeEvidence(db, async (trx) => {
    const named = { people: answers, unclear: [], unmatched: [] }
    const by = { created_by: acting.viewer.id }
    const shiftId = await insertShift(trx, programId, { label, starts_at: checkedAt, named }, acting.now, by)
    const shift = { id: shiftId, program_id: programId, unmatched: [] }
    const { id, entry } = await insertCheck(trx, acting, { shift, answers, checkedAt, listSignedAt })
    trx.record(entry)
    return id
  })
}

type Check = Readonly<{
  shift: Pick<Shift, 'id' | 'program_id' | 'unmatched'>
  answers: readonly Answer[]
  checkedAt: Date
  listSignedAt: Date | null
}>

async function insertCheck(
  trx: Transaction<DB>,
  { viewer, now }: Acting,
  { shift, answers, checkedAt, listSignedAt }: Check,
) {
  const { id } = await trx
    .insertInto('shift_checks')
    .values({
      shift_id: shift.id,
      program_id: shift.program_id,
      checked_by: viewer.id,
      checked_at: checkedAt,
      recorded_at: now,
      list_signed_at: listSignedAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (answers.length > 0)
    await trx
      .insertInto('shift_check_answers')
      .values(answers.map((answer) => ({ check_id: id, ...answer })))
      .execute()
  return {
    id,
    entry: {
      kind: 'shift-checked' as const,
      actor_id: viewer.id,
      subject: `program:${shift.program_id}`,
      facts: {
        check_id: id,
        checked_at: checkedAt.toISOString(),
        ...(listSignedAt && { list_signed_at: listSignedAt.toISOString() }),
        people: answers.map(({ because, ...answer }) => answer),
        // Names of people who are not on the roster stay out of the ledger, which no one can erase from.
        unmatched: shift.unmatched.length,
      },
      at: now,
    },
  }
}
