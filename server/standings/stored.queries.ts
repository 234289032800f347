import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
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
