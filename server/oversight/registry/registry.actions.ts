import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { sha256 } from '#server/oversight/packets/packet-manifest.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { findProgramsByLicense, listPeopleOfPrograms } from './registry.queries.ts'
import { type RegistryEffect, registryEffects } from './registry-effects.ts'
import { readRegistryFile } from './registry-file.ts'
import type { PlannedPeriod } from './registry-periods.ts'
import { type PlannedLine, planHash, planRegistry } from './registry-plan.ts'

/** Stores a file of license data for review. Changes nothing yet. */
export async function startRegistryImport(
  db: Database,
  viewer: Viewer,
  file: Readonly<{ name: string; content: string }>,
  now: Date,
): Promise<string> {
  const { id } = await db
    .insertInto('registry_imports')
    .values({
      file_name: file.name,
      content: file.content,
      sha256: sha256(Buffer.from(file.content)),
      created_by: viewer.id,
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

type RegistryPreview =
  | { kind: 'unreadable'; message: string }
  | { kind: 'planned'; lines: readonly PlannedLine[]; effects: readonly RegistryEffect[]; hash: string }

/** The changes that a file would make to the current record, and the number of people affected. */
export async function previewRegistry(db: Database, content: string, today: Day): Promise<RegistryPreview> {
  const planned = await planOf(db, content, today)
  if (planned.kind === 'unreadable') return planned
  const { lines } = planned
  const touched = lines.flatMap(({ program_id, kind, periods }) =>
    program_id && kind === 'changed' && periods.some(({ fact }) => fact === 'certification')
      ? [program_id]
      : [],
  )
  const people = await listPeopleOfPrograms(db, touched)
  const { roster, facts } = await factsOfPeople(db, people, today)
  return {
    kind: 'planned',
    lines,
    effects: registryEffects(lines, roster, facts, today),
    hash: planHash(lines),
  }
}

async function planOf(db: Database | Transaction<DB>, content: string, today: Day) {
  const file = readRegistryFile(content)
  if (file.kind === 'unreadable') return file
  const numbers = file.rows.flatMap(({ cells }) => /^\d{6,7}/.exec(cells.license ?? '')?.[0] ?? [])
  const programs = await findProgramsByLicense(db, numbers)
  return { kind: 'planned' as const, lines: planRegistry(file.rows, programs, today) }
}

type ApplyResult =
  | { kind: 'applied'; programs: number }
  | { kind: 'changed-meanwhile' }
  | { kind: 'already' }
  | { kind: 'unreadable'; message: string }

/**
 * Saves the reviewed file in one transaction: every program's periods, everyone's standings, and the ledger. If the
 * record has changed since the review, nothing is saved.
 */
export async function applyRegistry(
  db: Database,
  acting: Readonly<{ viewer: Viewer; now: Date; afterChange: AfterChange }>,
  importId: string,
  seenHash: string,
): Promise<ApplyResult> {
  const { viewer, now } = acting
  return writeEvidence(db, async (trx): Promise<ApplyResult> => {
    const kept = await trx
      .selectFrom('registry_imports')
      .select(['content', 'file_name', 'sha256', 'applied_at'])
      .where('id', '=', importId)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (kept.applied_at) return { kind: 'already' }
    const first = await planOf(trx, kept.content, dayOf(now))
    if (first.kind === 'unreadable') return first
    const ids = [
      ...new Set(
        first.lines.flatMap(({ program_id, periods }) =>
          program_id && periods.length > 0 ? [program_id] : [],
        ),
      ),
    ].sort()
    await sql`select id from programs where id = any(${ids}::uuid[]) order by id for no key update`.execute(
      trx,
    )
    // Planned again under the lock, to see changes made in between.
    const planned = await planOf(trx, kept.content, dayOf(now))
    if (planned.kind === 'unreadable') return planned
    if (planHash(planned.lines) !== seenHash) return { kind: 'changed-meanwhile' }
    const changed = new Set<string>()
    for (const id of ids) {
      const lines = planned.lines.filter(({ program_id }) => program_id === id)
      await saveProgram(trx, acting, { ...kept, id: importId }, id, lines)
      if (lines.some(({ kind }) => kind === 'changed')) changed.add(id)
    }
    await trx
      .updateTable('registry_imports')
      .set({ applied_by: viewer.id, applied_at: now })
      .where('id', '=', importId)
      .execute()
    await acting.afterChange(trx, await listPeopleOfPrograms(trx, [...changed]), now)
    return { kind: 'applied', programs: ids.length }
  })
}

async function saveProgram(
  trx: EvidenceTransaction,
  { viewer, now }: Readonly<{ viewer: Viewer; now: Date }>,
  file: Readonly<{ id: string; file_name: string; sha256: string }>,
  programId: string,
  lines: readonly PlannedLine[],
): Promise<void> {
  const periods = lines
    .flatMap((line) => line.periods)
    .map((period) => ({ ...period, period_id: period.period_id ?? randomUUID() }))
  await savePeriods(trx, viewer.id, now, programId, periods, `Licensing record, ${file.file_name}`)
  trx.record({
    kind: 'program-changed',
    actor_id: viewer.id,
    subject: `program:${programId}`,
    facts: {
      act: 'registry-imported',
      program_id: programId,
      registry_import_id: file.id,
      file_sha256: file.sha256,
      rows: periods,
    },
    at: now,
  })
}

type KeptPeriod = PlannedPeriod & Readonly<{ period_id: string }>

async function savePeriods(
  trx: Transaction<DB>,
  viewerId: string,
  now: Date,
  programId: string,
  periods: readonly KeptPeriod[],
  reason: string,
): Promise<void> {
  const save = async (
    table: string,
    rows: readonly KeptPeriod[],
    columns: RawBuilder<unknown>,
    types: RawBuilder<unknown>,
  ) => {
    if (rows.length === 0) return
    await sql`
      update ${sql.table(table)} set superseded_at = ${now}, superseded_by = ${viewerId}, superseded_reason = ${reason}
      where superseded_at is null and program_id = ${programId}
        and period_id = any(${rows.map(({ period_id }) => period_id)}::uuid[])`.execute(trx)
    await sql`
      insert into ${sql.table(table)} (program_id, period_id, from_on, to_on, checked_on, ${columns}, recorded_at, recorded_by, reason)
      select ${programId}::uuid, period_id, from_on, to_on, checked_on, ${columns}, ${now}::timestamptz, ${viewerId}::uuid, ${reason}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as rows(period_id uuid, from_on date, to_on date, checked_on date, ${types})`.execute(trx)
  }
  const of = (fact: PlannedPeriod['fact']) => periods.filter((period) => period.fact === fact)
  await save(
    'license_statuses',
    of('status'),
    sql`status, may_operate`,
    sql`status text, may_operate boolean`,
  )
  await save('certifications', of('certification'), sql`type`, sql`type text`)
}
