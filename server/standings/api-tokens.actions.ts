import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { noteTokenUse } from '#server/people/token-uses.ts'
import { isTokenInForce } from './api-tokens.queries.ts'
import { apiTokenHash, newApiToken } from './api-tokens.ts'

type Acting = Readonly<{ viewer: Viewer; now: Date }>

/** A program's token for its scheduling software, returned once; the database keeps its hash. */
export function createApiToken(
  db: Database,
  { viewer, now }: Acting,
  programId: string,
  { label, days, maySendShifts }: Readonly<{ label: string; days: number; maySendShifts: boolean }>,
): Promise<string> {
  return writeEvidence(db, async (trx) => {
    const token = newApiToken()
    const expires_at = new Date(now.getTime() + days * 86_400_000)
    const may_send_shifts = maySendShifts
    const row = { program_id: programId, label, created_by: viewer.id, created_at: now, expires_at }
    const { id } = await trx
      .insertInto('api_tokens')
      .values({ ...row, may_send_shifts, token_hash: apiTokenHash(token) })
      .returning('id')
      .executeTakeFirstOrThrow()
    trx.record({
      kind: 'api-token-created',
      actor_id: viewer.id,
      subject: `program:${programId}`,
      facts: { token_id: id, label, expires_at: expires_at.toISOString(), may_send_shifts },
      at: now,
    })
    return token
  })
}

/** Ends a token of a program that the viewer administers. */
export const endApiToken = (db: Database, acting: Acting, programId: string, id: string): Promise<boolean> =>
  endToken(db, acting, id, programId)

/** Ends a token of any program, for system administrators. */
export const endAnyApiToken = (db: Database, acting: Acting, id: string): Promise<boolean> =>
  endToken(db, acting, id, null)

function endToken(
  db: Database,
  { viewer, now }: Acting,
  id: string,
  programId: string | null,
): Promise<boolean> {
  return writeEvidence(db, async (trx) => {
    const ended = await trx
      .updateTable('api_tokens')
      .set({ ended_at: now, ended_by: viewer.id })
      .where('id', '=', id)
      .where(sql<boolean>`(${programId}::uuid is null or program_id = ${programId}::uuid)`)
      .where('ended_at', 'is', null)
      .returning(['program_id', 'label'])
      .executeTakeFirst()
    if (!ended) return false
    trx.record({
      kind: 'api-token-ended',
      actor_id: viewer.id,
      subject: `program:${ended.program_id}`,
      facts: { token_id: id, label: ended.label },
      at: now,
    })
    return true
  })
}

type TokenInUse = Readonly<{ id: string; program_id: string; may_send_shifts: boolean }>

/** A token that speaks for its program now. Its use is noted: the last one to the hour, and each day's addresses. */
export async function useApiToken(
  db: Database,
  token: string | null,
  address: string,
  now: Date,
): Promise<TokenInUse | null> {
  if (token === null) return null
  const { rows } = await sql<TokenInUse & { is_noted: boolean; is_logged: boolean }>`
    select t.id, t.program_id, t.may_send_shifts, coalesce(t.last_used_at > ${now}::timestamptz - interval '1 hour', false) as is_noted,
      exists (select from token_uses u where u.api_token_id = t.id and u.used_on = ${dayOf(now)} and u.address = ${address}) as is_logged
    from api_tokens t
    where t.token_hash = ${apiTokenHash(token)} and ${isTokenInForce(now)}`.execute(db)
  const [found] = rows
  if (found && !found.is_logged) await noteTokenUse(db, { api_token_id: found.id }, address, now)
  if (found && !found.is_noted)
    await db.updateTable('api_tokens').set({ last_used_at: now }).where('id', '=', found.id).execute()
  return found ?? null
}
