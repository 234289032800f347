import type { Database } from '#server/db/connection.ts'

/** The id of a member of the cast. */
export async function personId(db: Database, email: string): Promise<string> {
  const { id } = await db
    .selectFrom('people')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow()
  return id
}
