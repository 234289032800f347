import type { Database } from '#server/db/connection.ts'

/** The id of a program of the cast. */
export async function programId(db: Database, name: string): Promise<string> {
  const { program_id } = await db
    .selectFrom('program_details')
    .select('program_id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return program_id
}
