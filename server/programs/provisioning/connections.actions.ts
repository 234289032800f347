import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { noteTokenUse } from '#server/people/token-uses.ts'
import { connectionTokenHash, newConnectionToken } from './connection-token.ts'
import { type Connection, findConnectionByToken } from './connections.queries.ts'

type Acting = Readonly<{ viewerId: string; now: Date }>

const expiryOf = (now: Date, days: number) => new Date(now.getTime() + days * 86_400_000)

/** Makes a connection; its token is returned once, and the database keeps its hash. */
export function createConnection(
  db: Database,
  { viewerId, now }: Acting,
  made: Readonly<{ label: string; holder_id: string | null; domains: readonly string[]; days: number }>,
): Promise<string> {
  const { days, domains, ...named } = made
  return writeEvidence(db, async (trx) => {
    const token = newConnectionToken()
    const expires_at = expiryOf(now, days)
    const { id } = await trx
      .insertInto('scim_connections')
      .values({
        ...named,
        domains: [...domains],
        token_hash: connectionTokenHash(token),
        created_by: viewerId,
        created_at: now,
        token_made_at: now,
        expires_at,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    trx.record({
      kind: 'api-token-created',
      actor_id: viewerId,
      subject: `provisioning:${id}`,
      facts: { ...named, domains, expires_at: expires_at.toISOString() },
      at: now,
    })
    return token
  })
}

/** A new token for a connection, in the name of who makes it; the one before ends. Null where there is no connection. */
export function renewConnection(
  db: Database,
  { viewerId, now }: Acting,
  id: string,
  days: number,
): Promise<string | null> {
  return writeEvidence(db, async (trx) => {
    const token = newConnectionToken()
    const expires_at = expiryOf(now, days)
    const renewed = await trx
      .updateTable('scim_connections')
      .set({
        token_hash: connectionTokenHash(token),
        token_made_at: now,
        expires_at,
        created_by: viewerId,
        last_used_at: null,
      })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .returning('label')
      .executeTakeFirst()
    if (!renewed) return null
    trx.record({
      kind: 'api-token-created',
      actor_id: viewerId,
      subject: `provisioning:${id}`,
      facts: { label: renewed.label, replaces_token: true, expires_at: expires_at.toISOString() },
      at: now,
    })
    return token
  })
}

export function endConnection(db: Database, { viewerId, now }: Acting, id: string): Promise<boolean> {
  return writeEvidence(db, async (trx) => {
    const ended = await trx
      .updateTable('scim_connections')
      .set({ ended_at: now, ended_by: viewerId })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .returning('label')
      .executeTakeFirst()
    if (!ended) return false
    trx.record({
      kind: 'api-token-ended',
      actor_id: viewerId,
      subject: `provisioning:${id}`,
      facts: { label: ended.label },
      at: now,
    })
    return true
  })
}

/** The connection that a token speaks for, while it does. Its use is noted: the last one to the hour, and each day's addresses. */
export async function useConnectionToken(
  db: Database,
  token: string,
  address: string,
  now: Date,
): Promise<Connection | null> {
  const found = await findConnectionByToken(db, connectionTokenHash(token), address, now)
  if (!found) return null
  if (!found.is_logged) await noteTokenUse(db, { scim_connection_id: found.id }, address, now)
  if (!found.is_noted)
    await db.updateTable('scim_connections').set({ last_used_at: now }).where('id', '=', found.id).execute()
  return found
}
