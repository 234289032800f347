import { type Kysely, sql } from 'kysely'

/**
 * A sorting question is worth the share of its lines that are right, and a learner may say how sure they are of an answer.
 * Both are unknown of what was answered before: without a credit, an answer is worth one if it is right, else nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table attempt_answers
      add column credit double precision check (credit between 0 and 1),
      add column confidence text check (confidence in ('sure', 'think-so', 'guess'));
    alter table attempt_results add column points double precision check (points >= 0);
  `.execute(db)
}
