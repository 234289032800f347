import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { addDays, type Day, dayOf } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { reader } from '#server/programs/typed-form.ts'
import { listRequirementRows, type RequirementRow } from './program-requirements.queries.ts'
import {
  type Choices,
  changeProblem,
  type RequirementEntry,
  readRequirement,
  type TypedRequirement,
} from './requirement-form.ts'

type Actor = Readonly<{
  viewer: Readonly<{ id: string; administered_program_ids: readonly string[] }>
  now: Date
}>

export type RequirementAnswer =
  | Readonly<{ kind: 'done' }>
  | Readonly<{ kind: 'problems'; problems: readonly Problem[] }>
  | Readonly<{ kind: 'not-found' }>

/** An administrator adds a requirement of the program's own. */
export async function addRequirement(
  db: Database,
  actor: Actor,
  programId: string,
  typed: TypedRequirement,
  choices: Choices,
): Promise<RequirementAnswer> {
  const read = readRequirement(typed, choices, dayOf(actor.now), false)
  if (read.kind === 'problems') return read
  return changing(db, actor, programId, null, async (trx) => {
    const requirement_id = crypto.randomUUID()
    const { entry, from_on, reason } = read
    await insertRow(
      trx,
      actor,
      { ...entry, requirement_id, program_id: programId, from_on, to_on: null },
      reason,
    )
    return { act: 'added', requirement_id, from_on, ...entry, reason }
  })
}

/** Changes a requirement from a day on. What applied before stays on record, as a period that ends the day before. */
export async function changeRequirement(
  db: Database,
  actor: Actor,
  { programId, requirementId }: Readonly<{ programId: string; requirementId: string }>,
  typed: TypedRequirement,
  choices: Choices,
): Promise<RequirementAnswer> {
  const today = dayOf(actor.now)
  const read = readRequirement(typed, choices, today, true)
  if (read.kind === 'problems') return read
  return changing(db, actor, programId, requirementId, async (trx, now) => {
    if (!now) return null
    const { entry, from_on, reason } = read
    const problem = changeProblem(now, from_on, today)
    if (problem) return [{ field: 'from_on', message: problem }]
    await supersede(trx, actor, now, reason)
    if (from_on > now.from_on) await insertRow(trx, actor, { ...now, to_on: addDays(from_on, -1) }, reason)
    await insertRow(trx, actor, { ...now, ...entry, from_on }, reason)
    return { act: 'changed', requirement_id: requirementId, from_on, ...entry, reason }
  })
}

/** Sets a requirement's last day, or removes what was recorded by mistake. Its trainings stay on record. */
export async function endRequirement(
  db: Database,
  actor: Actor,
  { programId, requirementId }: Readonly<{ programId: string; requirementId: string }>,
  typed: Readonly<Record<string, string | undefined>>,
): Promise<RequirementAnswer> {
  const today = dayOf(actor.now)
  const form = reader(typed, today)
  const isRemoved = typed.change === 'remove'
  const to_on = isRemoved ? null : form.day('to_on', 'Enter the last day on which it applies.')
  const reason = form.line('reason', 'Enter why it ends. The reason stays on record.', 500)
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  return changing(db, actor, programId, requirementId, async (trx, now) => {
    if (!now) return null
    const problem = to_on && changeProblem(now, to_on, today)
    if (problem) return [{ field: 'to_on', message: problem }]
    for (const row of isRemoved ? await rowsOf(trx, programId, requirementId) : [now])
      await supersede(trx, actor, row, reason)
    if (to_on) await insertRow(trx, actor, { ...now, to_on }, reason)
    return {
      act: isRemoved ? 'removed' : 'ended',
      requirement_id: requirementId,
      title: now.title,
      to_on,
      reason,
    }
  })
}

type Facts = Readonly<Record<string, unknown>>

/** One change at a time for a program. `change` returns what the ledger says, problems, or null if there is nothing to change. */
function changing(
  db: Database,
  { viewer, now }: Actor,
  programId: string,
  requirementId: string | null,
  change: (
    trx: EvidenceTransaction,
    now: RequirementRow | null,
  ) => Promise<Facts | readonly Problem[] | null>,
): Promise<RequirementAnswer> {
  if (!viewer.administered_program_ids.includes(programId)) return Promise.resolve({ kind: 'not-found' })
  return writeEvidence(db, async (trx): Promise<RequirementAnswer> => {
    await trx.selectFrom('programs').select('id').where('id', '=', programId).forNoKeyUpdate().execute()
    const rows = requirementId ? await rowsOf(trx, programId, requirementId) : []
    const facts = await change(trx, rows.at(-1) ?? null)
    if (!facts) return { kind: 'not-found' }
    if (Array.isArray(facts)) return { kind: 'problems', problems: facts }
    trx.record({
      kind: 'program-requirement-changed',
      actor_id: viewer.id,
      subject: `program:${programId}`,
      facts: { program_id: programId, ...facts },
      at: now,
    })
    return { kind: 'done' }
  })
}

const rowsOf = async (trx: EvidenceTransaction, programId: string, requirementId: string) =>
  (await listRequirementRows(trx, [programId])).filter(
    ({ requirement_id }) => requirement_id === requirementId,
  )

type NewRow = RequirementEntry &
  Readonly<{ requirement_id: string; program_id: string; from_on: Day; to_on: Day | null }>

async function insertRow(
  trx: EvidenceTransaction,
  { viewer, now }: Actor,
  row: NewRow,
  reason: string,
): Promise<void> {
  await trx
    .insertInto('program_requirements')
    .values({
      requirement_id: row.requirement_id,
      program_id: row.program_id,
      title: row.title,
      source: row.source,
      roles: [...row.roles],
      units: [...row.units],
      worker_types: [...row.worker_types],
      in_contact: row.in_contact,
      schedule: row.schedule,
      month: row.month,
      months: row.months,
      first_days: row.first_days,
      needs_file: row.needs_file,
      least_hours: row.least_hours,
      course: row.course,
      from_on: row.from_on,
      to_on: row.to_on,
      recorded_by: viewer.id,
      recorded_at: sql`${now}::timestamptz`,
      reason,
    })
    .execute()
}

const supersede = (trx: EvidenceTransaction, { viewer, now }: Actor, row: RequirementRow, reason: string) =>
  trx
    .updateTable('program_requirements')
    .set({ superseded_at: now, superseded_by: viewer.id, superseded_reason: reason })
    .where('id', '=', row.row_id)
    .execute()
