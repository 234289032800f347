import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { hasRole } from '#server/people/roles.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { changedMeanwhile } from '#server/programs/roster/changes/assignments.actions.ts'
import type { Acting, Actor } from '#server/programs/roster/changes/roster.actions.ts'
import { reader, type Typed } from '#server/programs/typed-form.ts'
import { likelyHolders } from './holder-match.ts'
import {
  decideProgramCorrection,
  decideProgramFact,
  type ProgramDecided,
  type ProgramFact,
  type ProgramRow,
  readDetails,
} from './program-forms.ts'
import {
  findHolderByName,
  findProgramRecord,
  findProgramWithLicense,
  listHolderNames,
  listPeopleOf,
  type ProgramRecord,
} from './program-record.queries.ts'

export type ProgramDone = { kind: 'done'; programId: string }
type ProgramAnswer = ProgramDone | { kind: 'problems'; problems: readonly Problem[] } | { kind: 'not-found' }

/** Records a program fact that applies from a day on. Licensing staff and system administrators only. */
export const recordProgramFact = (
  db: Database,
  acting: Acting,
  programId: string,
  fact: ProgramFact,
  typed: Typed,
): Promise<ProgramAnswer> =>
  changeProgram(db, acting, programId, fact, (record, isLicensed, today) =>
    decideProgramFact(fact, typed, today, record, isLicensed, randomUUID()),
  )

export const correctProgramFact = (
  db: Database,
  acting: Acting,
  programId: string,
  fact: ProgramFact,
  periodId: string,
  typed: Typed,
): Promise<ProgramAnswer> =>
  changeProgram(db, acting, programId, fact, (record, isLicensed, today) => {
    const row = factRows(record, fact).find(({ period_id }) => period_id === periodId)
    if (!row) return { kind: 'not-found' }
    if (typed.seen !== row.row_id) return changedMeanwhile
    return decideProgramCorrection(fact, typed, today, record, isLicensed, periodId)
  })

/** Adds a licensed program or an unlicensed agency, under a new or existing license holder. */
export async function addProgram(db: Database, { viewer, now }: Actor, typed: Typed): Promise<ProgramAnswer> {
  if (!hasRole(viewer, 'licensing', 'system_admin')) return { kind: 'not-found' }
  const form = reader(typed, dayOf(now))
  const holder = form.line('holder', 'Enter the license holder or agency.')
  const kind = form.choice(
    'kind',
    { licensed: 'Licensed', agency: 'Agency' },
    'Choose what kind of program this is.',
  )
  const from_on = form.day('from_on', 'Enter the first day this applies.')
  const details = readDetails(form, kind === 'licensed')
  if (!kind || !from_on || form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  return writeEvidence(db, async (trx): Promise<ProgramAnswer> => {
    const problem =
      (await licenseProblem(trx, details.license_number, { from_on, to_on: null }, null)) ??
      (await holderProblem(trx, holder, typed))
    if (problem) return { kind: 'problems', problems: [problem] }
    const holder_id =
      (await findHolderByName(trx, holder))?.id ??
      (
        await trx
          .insertInto('license_holders')
          .values({ name: holder })
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id
    const { id } = await trx
      .insertInto('programs')
      .values({ holder_id, kind })
      .returning('id')
      .executeTakeFirstOrThrow()
    const rows = [{ period_id: randomUUID(), from_on, to_on: null, ...details }]
    await saveRows(trx, { viewer, now }, id, 'details', { rows, removed: [], reason: '' })
    trx.record({
      kind: 'program-changed',
      actor_id: viewer.id,
      subject: `program:${id}`,
      facts: { act: 'program-added', program_id: id, holder_id, kind, from_on, ...details },
      at: now,
    })
    return { kind: 'done', programId: id }
  })
}

/** A license number belongs to one program at a time. Changes with the same number take turns. */
async function licenseProblem(
  trx: Transaction<DB>,
  license: string | null,
  period: Readonly<{ from_on: Day; to_on: Day | null }>,
  programId: string | null,
): Promise<Problem | null> {
  if (!license) return null
  await sql`select pg_advisory_xact_lock(hashtext(${`license ${license}`}))`.execute(trx)
  const other = await findProgramWithLicense(trx, license, period, programId)
  return (
    other && {
      field: 'license_number',
      message: `License number ${license} belongs to ${other.name}. Check the number, or end it there first.`,
    }
  )
}

/** A new holder whose name is almost one on record is probably that one, so the person who adds it says which. */
async function holderProblem(trx: Transaction<DB>, holder: string, typed: Typed): Promise<Problem | null> {
  if (typed.holder_is_new === 'yes' || (await findHolderByName(trx, holder))) return null
  const likely = likelyHolders(holder, await listHolderNames(trx))
  return likely.length === 0
    ? null
    : {
        field: 'holder',
        message: `This looks like ${new Intl.ListFormat('en-US', { type: 'disjunction' }).format(likely.map((name) => `“${name}”`))}, which is on record. Enter that name, or confirm that this is another license holder.`,
      }
}

function changeProgram(
  db: Database,
  { viewer, now, afterChange }: Acting,
  programId: string,
  fact: ProgramFact,
  decide: (record: ProgramRecord, isLicensed: boolean, today: Day) => ProgramDecided | { kind: 'not-found' },
): Promise<ProgramAnswer> {
  if (!hasRole(viewer, 'licensing', 'system_admin')) return Promise.resolve({ kind: 'not-found' })
  return writeEvidence(db, async (trx): Promise<ProgramAnswer> => {
    const program = await trx
      .selectFrom('programs')
      .select(['id', 'kind'])
      .where('id', '=', programId)
      .forNoKeyUpdate()
      .executeTakeFirst()
    if (!program) return { kind: 'not-found' }
    const record = await findProgramRecord(trx, program.id)
    const decided = decide(record, program.kind === 'licensed', dayOf(now))
    if (decided.kind !== 'rows') return decided
    const { rows, removed, reason } = decided
    for (const { license_number, from_on, to_on } of fact === 'details' ? rows : []) {
      const problem = await licenseProblem(trx, String(license_number ?? ''), { from_on, to_on }, program.id)
      if (problem) return { kind: 'problems', problems: [problem] }
    }
    await saveRows(trx, { viewer, now }, program.id, fact, decided)
    await afterChange(trx, await listPeopleOf(trx, program.id), now)
    trx.record({
      kind: 'program-changed',
      actor_id: viewer.id,
      subject: `program:${program.id}`,
      facts: { act: `${fact}-recorded`, program_id: program.id, rows: rows.map(bare(fact)), removed, reason },
      at: now,
    })
    return { kind: 'done', programId: program.id }
  })
}

export const factRows = (record: ProgramRecord, fact: ProgramFact) =>
  ({ details: record.details, status: record.statuses, certification: record.certifications })[fact]

const tables: Readonly<
  Record<ProgramFact, { table: string; columns: readonly string[]; types: RawBuilder<unknown> }>
> = {
  details: {
    table: 'program_details',
    columns: ['name', 'license_number', 'license_type', 'licensing_authority', 'place'],
    types: sql`name text, license_number text, license_type text, licensing_authority text, place text`,
  },
  status: {
    table: 'license_statuses',
    columns: ['status', 'may_operate', 'checked_on'],
    types: sql`status text, may_operate boolean, checked_on date`,
  },
  certification: {
    table: 'certifications',
    columns: ['type', 'checked_on'],
    types: sql`type text, checked_on date`,
  },
}

/** A row's recorded values, without database columns. */
const bare =
  (fact: ProgramFact) =>
  (row: ProgramRow): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      ['period_id', 'from_on', 'to_on', ...tables[fact].columns].map((name) => [name, row[name] ?? null]),
    )

async function saveRows(
  trx: Transaction<DB>,
  { viewer, now }: Actor,
  programId: string,
  fact: ProgramFact,
  {
    rows,
    removed,
    reason,
  }: Readonly<{ rows: readonly ProgramRow[]; removed: readonly string[]; reason: string }>,
): Promise<void> {
  const { table, columns, types } = tables[fact]
  const names = sql.join(columns.map((column) => sql.ref(column)))
  const gone = [...removed, ...rows.map(({ period_id }) => period_id)]
  await sql`
    update ${sql.table(table)} set superseded_at = ${now}, superseded_by = ${viewer.id}, superseded_reason = ${reason}
    where superseded_at is null and program_id = ${programId} and period_id = any(${gone}::uuid[])`.execute(
    trx,
  )
  await sql`
    insert into ${sql.table(table)} (program_id, period_id, from_on, to_on, ${names}, recorded_at, recorded_by, reason)
    select ${programId}::uuid, period_id, from_on, to_on, ${names}, ${now}::timestamptz, ${viewer.id}::uuid, ${reason}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as rows(period_id uuid, from_on date, to_on date, ${types})`.execute(trx)
}
