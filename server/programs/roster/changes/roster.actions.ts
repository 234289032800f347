import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { notifyAll } from '#server/notices/actions.ts'
import type { NewNotice } from '#server/notices/kinds.ts'
import { findPerson, lockPeople } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { isOneself } from '#server/people/two-people.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { ownRecordMessage, type Problem } from '#server/programs/form-problem.ts'
import { listNewWork, lockProgramsOf } from '#server/programs/roster/employment/assignments.queries.ts'
import type { PeriodKind } from '#server/programs/roster/employment/periods.ts'
import { workTexts } from '#server/programs/roster/employment/work-texts.ts'
import { backdatedHires } from './backdated.ts'
import { askOwners, listAskedFor } from './record-requests.actions.ts'
import type { RosterChanges } from './roster-changes.ts'

/** Who makes the change, and when. */
export type Actor = Readonly<{ viewer: Viewer; now: Date }>

/** … and what to run after a change of facts, in the same transaction. */
export type Acting = Actor &
  Readonly<{
    afterChange: AfterChange
    /** The programs whose rosters this may change, if not those that the viewer administers. */
    within?: readonly string[]
    /** The second person who confirmed a backdated hire. */
    confirmedBy?: string
  }>

export type RosterDone = { kind: 'done'; personId: string }

export type RosterAnswer =
  | RosterDone
  | { kind: 'problems'; problems: readonly Problem[] }
  | { kind: 'refused'; message: string }
  /** The day of hire is long past: nothing is saved before a second person confirms it. */
  | { kind: 'second-person'; personId: string | null; name: string; hired_on: string }
  | { kind: 'not-found' }

/** The subject of a change, and whose record it is. */
type Subject = Readonly<{ person_id: string }>

export type RosterDecision =
  | Exclude<RosterAnswer, RosterDone>
  | {
      kind: 'save'
      changes: RosterChanges
      reason: string
      personId: string
      /** For the ledger: the kind of change and its details. */
      act: string
      facts: Readonly<Record<string, unknown>>
      /** Who gets a message of it. */
      notices?: readonly NewNotice[]
    }

/** An account with one of these emails was created at the same moment. Nothing was saved. */
export class EmailTaken extends Error {}

/** Retries after such a conflict: the second time, the new account is found. */
export async function retryIfEmailTaken<T>(once: () => Promise<T>): Promise<T> {
  try {
    return await once()
  } catch (error) {
    if (error instanceof EmailTaken) return once()
    throw error
  }
}

/** One change to the rosters within the viewer's reach: one transaction, one ledger entry. */
export const changeRoster = <T extends Subject>(
  db: Database,
  acting: Acting,
  programIds: readonly [string, ...string[]],
  find: (trx: Transaction<DB>) => Promise<T | null>,
  decide: (trx: Transaction<DB>, subject: T) => RosterDecision | Promise<RosterDecision>,
): Promise<RosterAnswer> => retryIfEmailTaken(() => tryToChangeRoster(db, acting, programIds, find, decide))

function tryToChangeRoster<T extends Subject>(
  db: Database,
  acting: Acting,
  programIds: readonly [string, ...string[]],
  find: (trx: Transaction<DB>) => Promise<T | null>,
  decide: (trx: Transaction<DB>, subject: T) => RosterDecision | Promise<RosterDecision>,
): Promise<RosterAnswer> {
  return writeEvidence(db, async (trx): Promise<RosterAnswer> => {
    if (!(await lockProgramsOf(trx, acting.viewer, programIds, acting.within))) return { kind: 'not-found' }
    const subject = await find(trx)
    if (!subject) return { kind: 'not-found' }
    // No one changes their own record, under another account neither.
    const between = { askedAt: acting.now, now: acting.now }
    if (isOneself(await whyNotTwoPeople(trx, acting.viewer.id, subject.person_id, between)))
      return { kind: 'refused', message: ownRecordMessage }
    const decision = await decide(trx, subject)
    if (decision.kind !== 'save') return decision
    const { personId, act, facts, reason } = decision
    const [backdated] = acting.confirmedBy ? [] : await listBackdated(trx, acting.now, decision.changes)
    if (backdated) {
      const isNew = decision.changes.people.find(({ id }) => id === personId)
      const name = isNew?.name ?? (await findPerson(trx, personId))?.name ?? ''
      return { kind: 'second-person', personId: isNew ? null : personId, name, hired_on: backdated.hired_on }
    }
    await saveRosterChanges(trx, acting, decision.changes, reason)
    await acting.afterChange(trx, [personId], acting.now)
    await notifyAll(trx, decision.notices ?? [])
    const confirmed = acting.confirmedBy ? { confirmed_by: acting.confirmedBy } : {}
    trx.record({
      kind: 'roster-changed',
      actor_id: acting.viewer.id,
      subject: `person:${personId}`,
      facts: { act, program_id: programIds[0], ...facts, ...(reason ? { reason } : {}), ...confirmed },
      at: acting.now,
    })
    return { kind: 'done', personId }
  })
}

/** Hires long ago that a change adds. A program's first roster is written as it is: nothing counts yet. */
export async function listBackdated(trx: Transaction<DB>, now: Date, { assignments }: RosterChanges) {
  const ids = assignments.map(({ assignment_id }) => assignment_id)
  if (ids.length === 0) return []
  const { rows: recorded } = await sql<{ assignment_id: string; hired_on: string }>`
    select assignment_id, hired_on from assignments
    where assignment_id = any(${ids}::uuid[]) and superseded_at is null`.execute(trx)
  const backdated = backdatedHires(assignments, recorded, dayOf(now))
  if (backdated.length === 0) return []
  const programs = [...new Set(backdated.map(({ program_id }) => program_id))]
  const { rows: begun } = await sql<{ program_id: string }>`
    select distinct program_id from assignments where program_id = any(${programs}::uuid[])`.execute(trx)
  return backdated.filter(({ program_id }) => begun.some((one) => one.program_id === program_id))
}

/** Writes the rows, one statement per table. Replaced rows are superseded, never updated. */
export async function saveRosterChanges(
  trx: EvidenceTransaction,
  { viewer, now }: Readonly<{ viewer: Pick<Viewer, 'id'>; now: Date }>,
  changes: RosterChanges,
  reason: string,
): Promise<void> {
  const { people, renamed, employeeIds, assignments, periods, removed } = changes
  const by = { viewer, now, reason }
  if (people.length > 0) await addPeople(trx, by, people)
  if (renamed.length > 0) await renamePeople(trx, by, renamed)
  if (employeeIds.length > 0) await saveEmployeeIds(trx, by, employeeIds)
  const ids = (kind: 'assignment' | PeriodKind) =>
    removed.filter((one) => one.kind === kind).map(({ id }) => id)
  const taken = ids('assignment')
  if (assignments.length + taken.length > 0) await saveAssignments(trx, by, assignments, taken)
  for (const kind of ['contact', 'leave'] as const) {
    const rows = periods.filter((period) => period.kind === kind)
    const gone = [...ids(kind), ...rows.map(({ period_id }) => period_id)]
    if (gone.length + taken.length > 0) await savePeriods(trx, by, kind, rows, { gone, taken })
  }
}

type By = Readonly<{ viewer: Pick<Viewer, 'id'>; now: Date; reason: string }>

async function addPeople(
  trx: EvidenceTransaction,
  { viewer, now }: By,
  people: RosterChanges['people'],
): Promise<void> {
  const asked = await listAskedFor(trx, people)
  const { rows } = await sql`
    insert into people (id, name, email, asked_email, created_by, created_at)
    select id, name, case when id = any(${asked.map(({ placeholder_id }) => placeholder_id)}::uuid[]) then null else email end,
      case when id = any(${asked.map(({ placeholder_id }) => placeholder_id)}::uuid[]) then email end,
      ${viewer.id}::uuid, ${now}::timestamptz
    from ${records(people, sql`id uuid, name text, email text`)} order by email
    on conflict (email) do nothing returning id`.execute(trx)
  if (rows.length < people.length) throw new EmailTaken()
  await askOwners(trx, { viewer, now }, asked)
}

async function renamePeople(
  trx: EvidenceTransaction,
  { viewer, now, reason }: By,
  renamed: RosterChanges['renamed'],
): Promise<void> {
  await lockPeople(
    trx,
    renamed.map(({ id }) => id),
  )
  await sql`
    update people p set name = rows.name from ${records(renamed, sql`id uuid, name text`)} where p.id = rows.id`.execute(
    trx,
  )
  // A certificate may wait for a name that can be printed.
  if (renamed.length > 0) await enqueue(trx, 'draw-certificates')
  for (const { id, from, name } of renamed)
    trx.record({
      kind: 'account-changed',
      actor_id: viewer.id,
      subject: `person:${id}`,
      facts: { change: 'name', from, to: name, ...(reason ? { reason } : {}) },
      at: now,
    })
}

async function saveEmployeeIds(
  trx: EvidenceTransaction,
  { viewer, now }: By,
  employeeIds: RosterChanges['employeeIds'],
): Promise<void> {
  await sql`
    insert into employee_ids (program_id, person_id, employee_id, recorded_at, recorded_by)
    select rows.*, ${now}::timestamptz, ${viewer.id}::uuid
    from ${records(employeeIds, sql`program_id uuid, person_id uuid, employee_id text`)}
    on conflict (program_id, person_id) do update set employee_id = excluded.employee_id,
      recorded_at = excluded.recorded_at, recorded_by = excluded.recorded_by`.execute(trx)
}

/** New wording of employments; `taken` are removed. */
async function saveAssignments(
  trx: EvidenceTransaction,
  { viewer, now, reason }: By,
  assignments: RosterChanges['assignments'],
  taken: readonly string[],
): Promise<void> {
  const added = await listNewWork(trx, assignments, dayOf(now))
  await notifyAll(
    trx,
    added.map(({ person_id, assignment_id, program }) => ({
      person_id,
      kind: 'assigned',
      facts: { program },
      dedupe_key: `assigned ${assignment_id}`,
    })),
  )
  await sql`
    update assignments set superseded_at = ${now}, superseded_by = ${viewer.id}, superseded_reason = ${reason}
    where superseded_at is null
      and assignment_id = any(${[...taken, ...assignments.map(({ assignment_id }) => assignment_id)]}::uuid[])`.execute(
    trx,
  )
  await sql`
    insert into assignments (assignment_id, person_id, program_id, worker_type, ${workTextNames}, later_titles, hired_on,
      separated_on, duties_from, duties_to, recorded_at, recorded_by, reason)
    select rows.*, ${now}::timestamptz, ${viewer.id}::uuid, ${reason} from ${records(
      assignments,
      sql`assignment_id uuid, person_id uuid, program_id uuid, worker_type text, ${workTextTypes}, later_titles jsonb, hired_on date,
        separated_on date, duties_from date, duties_to date`,
    )}`.execute(trx)
}

/** New wording of periods; `gone` are replaced or removed, and so are all of the employments in `taken`. */
async function savePeriods(
  trx: EvidenceTransaction,
  { viewer, now, reason }: By,
  kind: PeriodKind,
  rows: RosterChanges['periods'],
  { gone, taken }: Readonly<{ gone: readonly string[]; taken: readonly string[] }>,
): Promise<void> {
  const table = sql.table(`${kind}_periods`)
  const fromAt = kind === 'contact' ? sql`from_at,` : sql``
  await sql`
    update ${table} set superseded_at = ${now}, superseded_by = ${viewer.id}, superseded_reason = ${reason}
    where superseded_at is null
      and (period_id = any(${gone}::uuid[]) or assignment_id = any(${taken}::uuid[]))`.execute(trx)
  await sql`
    insert into ${table} (period_id, assignment_id, from_on, ${fromAt} to_on, recorded_at, recorded_by, reason)
    select period_id, assignment_id, from_on, ${fromAt} to_on, ${now}::timestamptz, ${viewer.id}::uuid, ${reason}
    from ${records(
      rows,
      sql`period_id uuid, assignment_id uuid, from_on date, from_at timestamptz, to_on date`,
    )}`.execute(trx)
}

export const workTextNames = sql.join(workTexts.map(({ name }) => sql.ref(name)))
const workTextTypes = sql.join(workTexts.map(({ name }) => sql`${sql.ref(name)} text`))

/** Passes many rows in one parameter. */
const records = (rows: readonly object[], columns: RawBuilder<unknown>) =>
  sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows(${columns})`
