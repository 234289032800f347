import { type RawBuilder, sql } from 'kysely'

/**
 * THE RULE for two accounts that belong to one person: what each account did stays its own, word for word, and is read as
 * the person's. Every query for the evidence of a person asks here.
 */

/** The accounts of these people: `where c.person_id = ${accountsOf([personId])}`. */
export const accountsOf = (personIds: readonly string[]): RawBuilder<string> =>
  sql`any(array(select unnest(holder.id || holder.other_account_ids) from people holder
    where holder.id = any(${[...personIds]}::uuid[])))`

/** The same for the person in the row `p` of a query. */
export const accountsIn = (p: string): RawBuilder<string> =>
  sql`any(${sql.ref(`${p}.id`)} || ${sql.ref(`${p}.other_account_ids`)})`

/**
 * A row for each account of these people, which a query can join by: better than the list for thousands of them. `people` is a
 * query of `person_id`, and is read twice.
 */
export const eachAccountOf = (people: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select person_id, person_id as account_id from (${people}) own group by person_id
  union all select m.merged_into, m.id from people m where m.merged_into in (${people})`

/** Joins the person, as `p`, to a column that names one of their accounts. */
export const joinPerson = (account: string): RawBuilder<unknown> => sql`
  join people account on account.id = ${sql.ref(account)}
  join people p on p.id = coalesce(account.merged_into, account.id)`

/** The same for an account `named` by an email or an employee ID, which leads to the person `p`. */
export const isPersonNamed = sql<boolean>`p.id = coalesce(named.merged_into, named.id)`
