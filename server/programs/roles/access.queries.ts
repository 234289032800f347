import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { sameHands } from '#server/people/two-people.queries.ts'
import type { TwoPeopleProblem } from '#server/people/two-people.ts'

/** When the roles of a program (null: of the whole installation) were last confirmed, and by whom. */
export async function findAccessConfirmation(db: Kysely<DB>, programId: string | null) {
  const { rows } = await sql<{ confirmed_at: Date; name: string }>`
    select c.confirmed_at, p.name from access_confirmations c join people p on p.id = c.confirmed_by
    where c.program_id is not distinct from ${programId} order by c.confirmed_at desc limit 1`.execute(db)
  return rows[0] ?? null
}

export const hasLead = async (db: Kysely<DB>, holderId: string): Promise<boolean> => {
  const { rows } = await sql`
    select from roles r join people p on p.id = r.person_id and p.disabled_at is null
    where r.role = 'program_admin' and r.holder_id = ${holderId} and r.ended_at is null limit 1`.execute(db)
  return rows.length > 0
}

/** Something that one person may have done as two. */
type Pattern = Readonly<{
  at: Date
  kind: 'blocked' | 'done' | 'link'
  act: string
  first: string
  second: string
  about: string | null
  problem: TwoPeopleProblem | null
}>

/**
 * What a reviewer should look at in a program, the latest first: decisions that were refused because the two count as
 * one person, decisions between accounts in the same hands or of which one made the other, and links to set a password.
 */
export async function listPatterns(db: Kysely<DB>, programId: string): Promise<readonly Pattern[]> {
  const subject = `program:${programId}`
  const { rows } = await sql<Pattern>`
    select * from (
      select l.at, 'blocked' as kind, l.facts::jsonb ->> 'act' as act, f.name as first, s.name as second,
        null as about, l.facts::jsonb ->> 'problem' as problem
      from ledger_entries l join people s on s.id = l.actor_id left join people f on f.id = (l.facts::jsonb ->> 'first_id')::uuid
      where l.kind = 'second-person-blocked' and l.subject = ${subject}
      union all
      select pair.at, 'done', pair.act, f.name, s.name, pair.about, pair.problem from (
        select act.*, case ${sameHands}
          when s.created_by = f.id or f.created_by = s.id then 'account-made' end as problem
        from (
          select d.decided_at as at, 'outside-training' as act, o.recorded_by as first_id, d.decided_by as second_id, p.name as about
          from training_decisions d join outside_trainings o on o.id = d.outside_training_id join people p on p.id = o.person_id
          where d.program_id = ${programId} and d.is_accepted
          union all
          select q.ended_at, q.kind, q.requested_by, q.ended_by, coalesce(p.name, q.facts ->> 'name', q.facts ->> 'file_name')
          from second_person_requests q left join people p on p.id = q.person_id
          where q.program_id = ${programId} and q.outcome = 'confirmed'
        ) act join people f on f.id = act.first_id join people s on s.id = act.second_id
      ) pair join people f on f.id = pair.first_id join people s on s.id = pair.second_id where pair.problem is not null
      union all
      select l.at, 'link', 'link', a.name, p.name, null, null
      from ledger_entries l join people a on a.id = l.actor_id
      cross join lateral jsonb_array_elements_text(l.facts::jsonb -> 'person_ids') person(id)
      join people p on p.id = person.id::uuid
      where l.kind = 'link-made' and l.subject = ${subject} and not (l.facts::jsonb ->> 'is_mailed')::boolean
    ) pattern order by at desc limit 100`.execute(db)
  return rows
}

/** Roles that were given without a second person while the installation was set up. */
export async function listSetUpGrants(
  db: Kysely<DB>,
  personIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const subjects = personIds.map((id) => `person:${id}`)
  const { rows } = await sql<{ subject: string }>`
    select distinct l.subject from ledger_entries l
    where l.kind = 'role-granted' and l.subject = any(${subjects}::text[]) and l.facts::jsonb ->> 'exception' = 'set-up'`.execute(
    db,
  )
  return new Set(rows.map(({ subject }) => subject.slice('person:'.length)))
}
