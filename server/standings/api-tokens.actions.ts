import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { Viewer } from '#server/people/roles.ts'
import { apiTokenHash, newApiToken } from './api-tokens.ts'

/** Creates an API token for a program. It is returned once. The database keeps only its hash. */
export async function createApiToken(
  db: Database,
  viewer: Viewer,
  programId: string,
  label: string,
): Promise<string> {
  const token = newApiToken()
  await db
    .insertInto('api_tokens')
    .values({ program_id: programId, token_hash: apiTokenHash(token), label, created_by: viewer.id })
    .execute()
  return token
}

export const endApiToken = (db: Database, viewer: Viewer, programId: string, id: string) =>
  db
    .updateTable('api_tokens')
    .set({ ended_at: sql`now()`, ended_by: viewer.id })
    .where('id', '=', id)
    .where('program_id', '=', programId)
    .where('ended_at', 'is', null)
    .execute()
