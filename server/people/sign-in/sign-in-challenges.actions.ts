import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { newToken, tokenHash } from '#server/people/links.ts'

type ChallengeKind = 'second-factor' | 'passkey-sign-in' | 'passkey-registration' | 'single-sign-on'

/** What the browser must answer next. The token is kept in a cookie; it is good for ten minutes. */
export async function newChallenge(
  db: Database,
  kind: ChallengeKind,
  personId: string | null,
  challenge = '',
): Promise<string> {
  const token = newToken()
  await db
    .insertInto('sign_in_challenges')
    .values({
      token_hash: tokenHash(token),
      kind,
      person_id: personId,
      challenge,
      expires_at: sql`now() + interval '10 minutes'`,
    })
    .execute()
  return token
}

/** Uses a challenge up: of several answers, one finds it. */
export const takeChallenge = (db: Database, token: string, kind: ChallengeKind) =>
  db
    .deleteFrom('sign_in_challenges')
    .where('token_hash', '=', tokenHash(token))
    .where('kind', '=', kind)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning(['person_id', 'challenge'])
    .executeTakeFirst()

export const findChallenge = (db: Database, token: string, kind: ChallengeKind) =>
  db
    .selectFrom('sign_in_challenges')
    .innerJoin('people', 'people.id', 'sign_in_challenges.person_id')
    .select(['people.id', 'people.name'])
    .where('token_hash', '=', tokenHash(token))
    .where('kind', '=', kind)
    .where('expires_at', '>', sql<Date>`now()`)
    .where('people.disabled_at', 'is', null)
    .executeTakeFirst()
