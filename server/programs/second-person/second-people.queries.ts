import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Actor } from '#server/people/granting.ts'
import { type Between, listTwoPeopleProblems } from '#server/people/two-people.queries.ts'
import type { PlacedScope } from './scope.queries.ts'

export type SecondPerson = Readonly<{ id: string; name: string; as: Actor }>

/** Everyone who acts as one of these at a scope, each once, as the nearest of them. */
export async function listActorsAt(
  db: Kysely<DB>,
  { program_id, holder, siblings }: PlacedScope,
  actors: readonly Actor[],
): Promise<readonly SecondPerson[]> {
  const others = siblings.filter((id) => id !== program_id)
  const { rows } = await sql<SecondPerson>`
    select distinct on (acting.id) acting.id, acting.name, acting."as" from (
      select p.id, p.name, case
        when r.role in ('licensing', 'system_admin') then r.role
        when r.program_id = ${program_id} then 'program_admin'
        when r.holder_id = ${holder} then 'lead'
        when r.program_id = any(${others}::uuid[]) then 'other_program_admin' end as "as"
      from roles r join people p on p.id = r.person_id and p.disabled_at is null
      where r.ended_at is null and r.role in ('program_admin', 'licensing', 'system_admin')) acting
    where acting."as" = any(${[...actors]})
    order by acting.id, array_position(${[...actors]}, acting."as")`.execute(db)
  return rows.toSorted((a, b) => actors.indexOf(a.as) - actors.indexOf(b.as) || a.name.localeCompare(b.name))
}

/** Of those, the ones who can be the second person to someone's act about someone. */
export async function listSecondPeople(
  db: Kysely<DB>,
  scope: PlacedScope,
  actors: readonly Actor[],
  { firstId, aboutId, ...between }: Between & Readonly<{ firstId: string; aboutId: string | null }>,
): Promise<readonly SecondPerson[]> {
  const people = (await listActorsAt(db, scope, actors)).filter(({ id }) => id !== aboutId)
  const ids = people.map(({ id }) => id)
  const problems = await listTwoPeopleProblems(db, firstId, ids, between)
  return people.filter(({ id }) => !problems.has(id))
}
