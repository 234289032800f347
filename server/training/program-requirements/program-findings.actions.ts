import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import { type Done, findingOf, type ProgramFinding } from './program-requirement.ts'
import { type AskedOn, listDone, listRequirementRows, listWork } from './program-requirements.queries.ts'

/**
 * Where everyone at some programs, or some of the people, are with those programs' own requirements on a day. A program without
 * any costs one small query.
 */
export async function listProgramFindings(
  db: Kysely<DB>,
  programIds: readonly string[],
  asked: AskedOn,
  people: readonly string[] | null = null,
): Promise<readonly ProgramFinding[]> {
  const rows = await listRequirementRows(db, programIds, asked.asKnownOn)
  const requirements = rows.filter((row) => includesDay(row, asked.on))
  if (requirements.length === 0) return []
  const programs = [...new Set(requirements.map(({ program_id }) => program_id))]
  const work = await listWork(db, programs, asked, people)
  const done = Map.groupBy(
    await listDone(db, programs, asked, people),
    ({ person_id, requirement_id }) => `${person_id} ${requirement_id}`,
  )
  const byProgram = Map.groupBy(requirements, ({ program_id }) => program_id)
  return work.flatMap((one) =>
    (byProgram.get(one.program_id) ?? []).flatMap(
      (requirement) =>
        findingOf(
          requirement,
          one,
          done.get(`${one.person_id} ${requirement.requirement_id}`) ?? [],
          asked.on,
        ) ?? [],
    ),
  )
}

/** Where one person is with one requirement, and where they would be if a training counted. */
export async function findingsWith(
  db: Kysely<DB>,
  {
    program_id,
    requirement_id,
    person_id,
    ...training
  }: Done & Readonly<{ program_id: string; requirement_id: string; person_id: string }>,
  on: Day,
): Promise<Readonly<{ now: ProgramFinding; then: ProgramFinding }> | null> {
  const asked = { on, asKnownOn: null }
  const rows = await listRequirementRows(db, [program_id])
  const requirement = rows.find((row) => row.requirement_id === requirement_id && includesDay(row, on))
  const [work] = await listWork(db, [program_id], asked, [person_id])
  if (!requirement || !work) return null
  const done = (await listDone(db, [program_id], asked, [person_id])).filter(
    (one) => one.requirement_id === requirement_id,
  )
  const now = findingOf(requirement, work, done, on)
  const then = findingOf(requirement, work, [...done, training], on)
  return now && then ? { now, then } : null
}
