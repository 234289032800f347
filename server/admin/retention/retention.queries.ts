import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import type { Past } from './retention.ts'

/**
 * People whose last day at any program was before this day, who have no role and have done nothing here since, and of whom
 * something can still go. Someone who never worked at a program isn't listed.
 */
export async function listPast(db: Kysely<DB>, before: Day): Promise<readonly Past[]> {
  const { rows } = await sql<Past>`
    select p.id, p.name, max(a.separated_on) as last_on
    from people p join assignments a on a.person_id = p.id and a.superseded_at is null
    where coalesce(p.last_active_on < ${before}, true)
      and not exists (select from roles r where r.person_id = p.id and coalesce(r.ended_at >= ${before}::date, true))
      and not exists (select from sign_ins s where s.person_id = p.id and s.is_accepted and s.at >= ${before}::date)
    group by p.id
    having bool_and(a.separated_on < ${before})
      and not exists (select from ledger_entries l where l.kind = 'personal-data-removed' and l.subject = 'person:' || p.id
        and l.at >= max(a.separated_on))
    order by max(a.separated_on), p.id`.execute(db)
  return rows
}

export async function findSystemAdministrator(
  db: Kysely<DB>,
  email: string,
): Promise<Readonly<{ id: string; name: string }> | undefined> {
  return db
    .selectFrom('people as p')
    .innerJoin('roles as r', 'r.person_id', 'p.id')
    .select(['p.id', 'p.name'])
    .where('p.email', '=', email.trim().toLowerCase())
    .where('p.disabled_at', 'is', null)
    .where('r.role', '=', 'system_admin')
    .where('r.ended_at', 'is', null)
    .executeTakeFirst()
}
