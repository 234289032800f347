import type { Database } from '#server/db/connection.ts'

/** Who got which notices of some kinds, as 'email kind', sorted. */
export async function listTold(db: Database, ...kinds: readonly string[]): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('notices')
    .innerJoin('people', 'people.id', 'notices.person_id')
    .select(['people.email', 'kind'])
    .where('kind', 'in', [...kinds])
    .execute()
  return rows.map(({ email, kind }) => `${email} ${kind}`).sort()
}
