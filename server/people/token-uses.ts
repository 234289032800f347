import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'

type Token = Readonly<{ api_token_id: string } | { scim_connection_id: string }>

/** Writes down that a token was used from an address, once a day. No one changes it. */
export async function noteTokenUse(db: Database, token: Token, address: string, at: Date): Promise<void> {
  await db
    .insertInto('token_uses')
    .values({ ...token, used_on: dayOf(at), address, at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
