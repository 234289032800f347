import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { isKnown, titleOn, worksOn } from '#server/programs/as-of.ts'
import type { ListedPerson } from './clearance-list.ts'
import type { verdictsOf } from './verdicts.ts'

/**
 * Locks these people's stored verdicts until the transaction ends. Read facts only after it: when two transactions each
 * change a fact, the second waits here and then sees the first one's change.
 */
export async function claimPasses(
  trx: Transaction<DB>,
  personIds: readonly string[],
  today: Day,
): Promise<void> {
  await sql`
    insert into standing_passes (person_id, ruleset, computed_on)
    select id, '', ${today} from unnest(${[...personIds]}::uuid[]) id order by id
    on conflict (person_id) do update set computed_on = excluded.computed_on`.execute(trx)
}

export type Verdicts = ReturnType<typeof verdictsOf>

export type StoredAnswer = Readonly<{ person_id: string; program_id: string; answer: string }>

export const listAnswers = (db: Kysely<DB>, personIds: readonly string[]): Promise<readonly StoredAnswer[]> =>
  db
    .selectFrom('clearances')
    .select(['person_id', 'program_id', 'answer'])
    .where('person_id', 'in', [...personIds])
    .execute()

/** Replaces these people's stored verdicts. */
export async function saveVerdicts(
  trx: Transaction<DB>,
  personIds: readonly string[],
  verdicts: Readonly<{
    passes: readonly (Verdicts['pass'] & { ruleset: string })[]
    standings: Verdicts['standings']
    clearances: Verdicts['clearances']
  }>,
): Promise<void> {
  const theirs = sql`person_id = any(${[...personIds]}::uuid[])`
  await sql`delete from standings where ${theirs}`.execute(trx)
  await sql`delete from clearances where ${theirs}`.execute(trx)
  await sql`
    insert into standings (person_id, program_id, requirement, standing, due_on, satisfied_on, late_days,
      is_late_running, rule, lapses)
    select person_id, program_id, requirement, standing, due_on, satisfied_on, late_days, is_late_running, rule, lapses
    from ${records('standings', verdicts.standings)}`.execute(trx)
  await sql`
    insert into clearances (person_id, program_id, answer, until_on, because, cause, contact)
    select person_id, program_id, answer, until_on, because, cause, contact
    from ${records('clearances', verdicts.clearances)}`.execute(trx)
  await sql`
    update standing_passes p set ruleset = n.ruleset, computed_on = n.computed_on, next_change_on = n.next_change_on
    from ${records('standing_passes', verdicts.passes)} n where p.person_id = n.person_id`.execute(trx)
}

const records = (table: string, rows: readonly object[]): RawBuilder<unknown> =>
  sql`jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)`

/** Whether a person's stored verdicts are missing, out of date or from another rules revision. `pass` is the alias. */
export const isStale = (pass: string, today: Day, ruleset: string): RawBuilder<boolean> => {
  const of = (column: string) => sql.ref(`${pass}.${column}`)
  return sql`coalesce(${of('next_change_on')} <= ${today} or ${of('computed_on')} > ${today} or ${of('ruleset')} <> ${ruleset},
        ${of('person_id')} is null)`
}

/** The people who work in a program today, by name, with their stored answers. Null where none can be relied on. */
export async function listStoredAnswers(
  db: Kysely<DB>,
  programId: string,
  today: Day,
  ruleset: string,
): Promise<readonly (Omit<ListedPerson, 'answer'> & Readonly<{ answer: ListedPerson['answer'] | null }>)[]> {
  const { rows } = await sql<ListedPerson>`
    with staff as materialized (
      select a.person_id, (array_agg(${titleOn('a', today)} order by a.hired_on desc, a.assignment_id desc))[1] as role_title
      from assignments a
      where a.program_id = ${programId} and ${isKnown('a', null)}
      group by a.person_id having bool_or(${worksOn('a', today)})
    ),
    cleared as materialized (select person_id, answer from clearances where program_id = ${programId})
    select a.person_id, p.name, a.role_title,
      case when not ${isStale('s', today, ruleset)} then c.answer end as answer
    from staff a
    join people p on p.id = a.person_id
    left join cleared c on c.person_id = a.person_id
    left join standing_passes s on s.person_id = a.person_id
    order by lower(p.name), p.id`.execute(db)
  return rows
}

/**
 * The next people whose stored verdicts change by a day or come from another rules revision. Each part uses its own
 * index, so the cost doesn't grow with the number of people.
 */
export async function listStalePeople(
  db: Kysely<DB>,
  today: Day,
  ruleset: string,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ person_id: string }>`
    (select person_id from standing_passes where next_change_on <= ${today} order by next_change_on limit ${limit})
    union (select person_id from standing_passes where ruleset < ${ruleset} order by ruleset limit ${limit})
    union (select person_id from standing_passes where ruleset > ${ruleset} order by ruleset limit ${limit})
    limit ${limit}`.execute(db)
  return rows.map(({ person_id }) => person_id)
}

/** All of them, by the same indexes, for a query that counts them. */
export const stalePeople = (today: Day, ruleset: string): RawBuilder<unknown> => sql`
  select person_id from standing_passes where next_change_on <= ${today}
  union select person_id from standing_passes where ruleset < ${ruleset}
  union select person_id from standing_passes where ruleset > ${ruleset}`
