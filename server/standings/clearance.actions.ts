import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { rosterOn } from '#server/programs/roster/employment/roster.queries.ts'
import { type ClearanceLine, clearanceList, type ListedPerson } from './clearance-list.ts'
import { rulesRevision } from './rules-revision.ts'
import { factsOfPeople } from './standings.actions.ts'
import { listStoredAnswers } from './stored.queries.ts'

/** Everyone who works in a program on a day, computed from the facts. */
export async function clearanceOfProgram(
  db: Database,
  programId: string,
  on: Day,
): Promise<readonly ClearanceLine[]> {
  const roster = await rosterOn(db, [programId], on)
  const people = roster.people.map(({ person_id }) => person_id)
  const { facts } = await factsOfPeople(db, people, on)
  return clearanceList(roster, facts, programId, on)
}

/** Some of them, computed from the facts. */
export async function clearanceOfPeople(
  db: Database | Transaction<DB>,
  personIds: readonly string[],
  programId: string,
  on: Day,
): Promise<readonly ClearanceLine[]> {
  if (personIds.length === 0) return []
  const { roster, facts } = await factsOfPeople(db, personIds, on)
  return clearanceList(roster, facts, programId, on)
}

/** Everyone’s answer today: the stored ones, and the stale ones computed. */
export async function answersToday(
  db: Database,
  programId: string,
  today: Day,
): Promise<readonly ListedPerson[]> {
  const stored = await listStoredAnswers(db, programId, today, rulesRevision)
  const unknown = stored.filter(({ answer }) => answer === null).map(({ person_id }) => person_id)
  const computed = byPerson(await clearanceOfPeople(db, unknown, programId, today))
  return stored.flatMap(({ answer, ...person }) =>
    answer ? [{ ...person, answer }] : (computed.get(person.person_id) ?? []),
  )
}

export const byPerson = (lines: readonly ClearanceLine[]): ReadonlyMap<string, ClearanceLine> =>
  new Map(lines.map((line) => [line.person_id, line]))
