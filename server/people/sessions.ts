import { hash } from 'node:crypto'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { type Adapter, type DatabaseSession, type DatabaseUser, Lucia, TimeSpan } from 'lucia'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { grantsOf } from './queries.ts'
import type { Viewer } from './roles.ts'

// Everything that knows of lucia is in this file; DECISIONS.md says why it is here and how to leave it.
declare module 'lucia' {
  interface Register {
    Lucia: Lucia<Record<never, never>, Recognized>
    DatabaseSessionAttributes: { device: string }
    DatabaseUserAttributes: Recognized
  }
}

/** Who is asking, and what was read in the same statement. */
type Recognized = Readonly<{ viewer: Viewer; alongside: unknown }>

type OpenSession = Readonly<{
  handle: string
  /** "Firefox on Windows" */
  device: string
  created_at: Date
  last_used_at: Date
  /** The one in which the list is read. */
  is_this: boolean
}>

export type Sessions = Readonly<{
  /** Starts a session and returns its token, which only the cookie holds. */
  create: (personId: string, device?: string) => Promise<string>
  /** Who holds the token; null when it is unknown, has ended, or its person is disabled. */
  viewer: (token: string) => Promise<Viewer | null>
  /** The same, with one more value about the person `viewer` from the same statement, such as the course that a page is about. */
  viewerWith: (token: string, alongside: RawBuilder<unknown>) => Promise<Recognized | null>
  /** Whose session the token opened until it ran out, within the last day; null otherwise. */
  findEnded: (token: string) => Promise<string | null>
  end: (token: string) => Promise<void>
  endAll: (personId: string) => Promise<void>
  /** Ends every session of this person but the one with the token. */
  endOthers: (personId: string, token: string) => Promise<void>
  /** Ends one session by the handle shown in a list, only if it is this person's. */
  endByHandle: (personId: string, handle: string) => Promise<void>
  /** The password was given again in this session. */
  confirm: (token: string) => Promise<void>
  list: (personId: string, token: string) => Promise<readonly OpenSession[]>
  sweep: () => Promise<void>
}>

type FoundSession = Viewer & { expires_at: Date; is_due: boolean; alongside: unknown }
type AsJson<Row> = { [Name in keyof Row]: Row[Name] extends Date ? string : Row[Name] }

type Limits = Readonly<{ idleMinutes: number; hours: number }>

export function createSessions(db: Database, limits: Limits): Sessions {
  const luciaReading = (alongside: RawBuilder<unknown>) =>
    new Lucia(hashingAdapter(db, limits, alongside), {
      sessionExpiresIn: new TimeSpan(limits.idleMinutes, 'm'),
      getUserAttributes: (recognized) => recognized,
    })
  const lucia = luciaReading(nothing)
  // lucia's own reader of cookies is never used: it takes a later cookie of an escaped name over the right one.
  const isToken = (token: string) => /^[a-z2-7]{40}$/.test(token)
  return {
    create: async (personId, device = '') => (await lucia.createSession(personId, { device })).id,
    viewer: async (token) =>
      isToken(token) ? ((await lucia.validateSession(token)).user?.viewer ?? null) : null,
    viewerWith: async (token, alongside) =>
      isToken(token) ? (await luciaReading(alongside).validateSession(token)).user : null,
    findEnded: async (token) => {
      const row = await db
        .selectFrom('sessions as s')
        .innerJoin('people as p', 'p.id', 's.person_id')
        .select('s.person_id')
        .where('s.token_hash', '=', hashed(token))
        .where(sql<boolean>`not (${isOpen})`)
        .where('p.disabled_at', 'is', null)
        .executeTakeFirst()
      return row?.person_id ?? null
    },
    end: (token) => lucia.invalidateSession(token),
    endAll: (personId) => lucia.invalidateUserSessions(personId),
    endOthers: async (personId, token) => {
      await db
        .deleteFrom('sessions')
        .where('person_id', '=', personId)
        .where('token_hash', '<>', hashed(token))
        .execute()
    },
    endByHandle: async (personId, handle) => {
      await db.deleteFrom('sessions').where('person_id', '=', personId).where('handle', '=', handle).execute()
    },
    confirm: async (token) => {
      await db
        .updateTable('sessions')
        .set({ confirmed_at: sql`now()` })
        .where('token_hash', '=', hashed(token))
        .execute()
    },
    list: (personId, token) =>
      db
        .selectFrom('sessions')
        .select(['handle', 'device', 'created_at', 'last_used_at'])
        .select(sql<boolean>`token_hash = ${hashed(token)}`.as('is_this'))
        .where('person_id', '=', personId)
        .where(isOpen)
        .orderBy('last_used_at', 'desc')
        .execute(),
    sweep: () => lucia.deleteExpiredSessions(),
  }
}

const nothing = sql`null`

/**
 * A session that was used later than now was used by a clock that was ahead. Once that is set back, its end is too far
 * away, so it is over.
 */
const isOpen = sql<boolean>`(expires_at > now() and last_used_at < now() + interval '5 minutes')`

const hashed = (token: string) => hash('sha256', token)

/** Stores only the SHA-256 of the token, and gives every session an absolute end beside its idle one. */
function hashingAdapter(
  db: Database,
  { idleMinutes, hours }: Limits,
  alongside: RawBuilder<unknown>,
): Adapter {
  return {
    async getSessionAndUser(token) {
      const row = await findSessionAndViewer(db, hashed(token), alongside)
      if (!row) return [null, null]
      const { expires_at, is_due, alongside: read, ...viewer } = row
      if (is_due) await renew(db, hashed(token), idleMinutes)
      // lucia calls back with this id to end the session: it must be the token it gave, not the hash.
      const session: DatabaseSession = {
        id: token,
        userId: row.id,
        expiresAt: expires_at,
        attributes: { device: '' },
      }
      const user: DatabaseUser = { id: row.id, attributes: { viewer, alongside: read } }
      return [session, user]
    },
    async getUserSessions() {
      // The list of sessions shows handles, never anything that could be used as a token.
      return []
    },
    async setSession(session) {
      await db
        .insertInto('sessions')
        .values({
          token_hash: hashed(session.id),
          person_id: session.userId,
          device: session.attributes.device,
          last_used_at: sql`now()`,
          expires_at: sql`least(${session.expiresAt}::timestamptz, now() + make_interval(hours => ${hours}))`,
          absolute_expires_at: sql`now() + make_interval(hours => ${hours})`,
        })
        .execute()
    },
    async updateSessionExpiration() {
      // lucia waits until half of the idle time is gone. Then no page could say when its session ends, so we renew above.
    },
    async deleteSession(token) {
      await db.deleteFrom('sessions').where('token_hash', '=', hashed(token)).execute()
    },
    async deleteUserSessions(personId) {
      await db.deleteFrom('sessions').where('person_id', '=', personId).execute()
    },
    async deleteExpiredSessions() {
      // For a day, a form that arrives late still has an owner.
      await db
        .deleteFrom('sessions')
        .where(
          sql<boolean>`(expires_at <= now() - interval '1 day' or last_used_at > now() + interval '1 day')`,
        )
        .execute()
    },
  }
}

/** At most once a minute: most pages cost no write. Only an update, so a sign-out that happened meanwhile wins. */
const renew = (db: Database, tokenHash: string, idleMinutes: number) =>
  db
    .updateTable('sessions')
    .set({
      last_used_at: sql`now()`,
      expires_at: sql`least(now() + make_interval(mins => ${idleMinutes}), absolute_expires_at)`,
    })
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', sql<Date>`now()`)
    .execute()

/** Session, person and roles in one statement, at every request. As one JSON value, which is read faster than columns. */
async function findSessionAndViewer(db: Kysely<DB>, tokenHash: string, alongside: RawBuilder<unknown>) {
  const { rows } = await sql<{ found: AsJson<FoundSession> }>`
    select row_to_json(found) as found from (select viewer.id, viewer.name, viewer.email, viewer.last_active_on, s.expires_at, s.confirmed_at,
      s.last_used_at < now() - interval '1 minute' as is_due,
      floor(extract(epoch from s.absolute_expires_at - now()))::int as session_seconds_left,
      exists (select from passkeys k where k.person_id = viewer.id)
        or exists (select from authenticators t where t.person_id = viewer.id and t.confirmed_at is not null) as has_second_factor,
      coalesce(g.grants, '[]') as grants,
      coalesce(g.supervised, '{}') as supervised_program_ids,
      coalesce(g.administered, '{}') as administered_program_ids,
      coalesce(g.trained, '{}') as trained_program_ids,
      (select count(*) from notices n
        where n.person_id = viewer.id and n.read_at is null and n.moot_at is null)::int as unread_notices,
      exists (select from data_notices d where d.version = (select max(version) from data_notices)
        and not exists (select from data_notice_acknowledgments a
          where a.person_id = viewer.id and a.version = d.version)) as owes_data_notice,
      exists (select from notices n where n.person_id = viewer.id and n.read_at is null and n.moot_at is null
        and n.kind = 'sign-in-changed') as has_account_news,
      (select r.settings from reading_settings r where r.person_id = viewer.id) as reading,
      (${alongside}) as alongside
    from sessions s
    join people viewer on viewer.id = s.person_id and viewer.disabled_at is null
    left join lateral (${grantsOf(sql`viewer.id`)}) g on true
    where s.token_hash = ${tokenHash} and ${isOpen}) found`.execute(db)
  const found = rows[0]?.found
  return (
    found && {
      ...found,
      expires_at: new Date(found.expires_at),
      confirmed_at: new Date(found.confirmed_at),
    }
  )
}
