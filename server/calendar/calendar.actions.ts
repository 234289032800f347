import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { tokenHash } from '#server/people/links.ts'
import { openDate } from '#server/standings/reminders/open-date.ts'
import { listStandings } from '#server/standings/reminders/reminders.queries.ts'
import {
  type CalendarScope,
  type FeedOwner,
  findFeed,
  listPeopleIn,
  listSessionTimes,
} from './calendar.queries.ts'
import { calendarFile, type DueDate } from './feed.ts'

/** Makes a secret address for a calendar; the one before stops working. Returned once, and stored only as its hash. */
export async function createFeed(
  db: Database,
  personId: string,
  scope: CalendarScope,
  now: Date,
): Promise<string> {
  const token = randomBytes(24).toString('base64url')
  await db.transaction().execute(async (trx) => {
    await endFeed(trx, personId, scope, now)
    const feed = { person_id: personId, scope, token_hash: tokenHash(token), created_at: now }
    await trx.insertInto('calendar_feeds').values(feed).execute()
  })
  return token
}

export async function endFeed(
  db: Kysely<DB>,
  personId: string,
  scope: CalendarScope,
  now: Date,
): Promise<void> {
  await db
    .updateTable('calendar_feeds')
    .set({ ended_at: now })
    .where('person_id', '=', personId)
    .where('scope', '=', scope)
    .where('ended_at', 'is', null)
    .execute()
}

/** The calendar behind an address, or null where there is none. Notes once an hour that it was read. */
export async function readFeed(
  db: Database,
  token: string,
  baseUrl: string,
  now: Date,
): Promise<string | null> {
  const feed = await findFeed(db, tokenHash(token))
  if (!feed) return null
  await sql`
    update calendar_feeds set last_read_at = ${now} where id = ${feed.id}
      and (last_read_at is null or last_read_at < ${now}::timestamptz - interval '1 hour')`.execute(db)
  const dates = await (feed.scope === 'own' ? ownDates(db, feed) : teamDates(db, feed))
  const sessions = feed.scope === 'own' ? await listSessionTimes(db, feed.person_id, now) : []
  return calendarFile({ dates, sessions }, baseUrl, now)
}

/** A person's own due dates as a file. */
export const dueDatesFile = async (db: Database, person_id: string, baseUrl: string, now: Date) =>
  calendarFile({ dates: await ownDates(db, { person_id }), sessions: [] }, baseUrl, now)

async function ownDates(
  db: Database,
  { person_id }: Pick<FeedOwner, 'person_id'>,
): Promise<readonly DueDate[]> {
  const standings = await listStandings(db, [person_id])
  const days = new Set(standings.flatMap((one) => openDate(one) ?? []))
  return [...days].sort().map((on) => ({ id: `due-${on}`, on, people: null }))
}

async function teamDates(db: Database, { supervised_program_ids }: FeedOwner): Promise<readonly DueDate[]> {
  const people = await listPeopleIn(db, supervised_program_ids)
  const standings = (await listStandings(db, people)).filter(({ program_id }) =>
    supervised_program_ids.includes(program_id),
  )
  const dated = standings.flatMap((one) => {
    const on = openDate(one)
    return on ? [{ on, person_id: one.person_id }] : []
  })
  return [...Map.groupBy(dated, ({ on }) => on)].sort().map(([on, some]) => ({
    id: `team-${on}`,
    on,
    people: new Set(some.map(({ person_id }) => person_id)).size,
  }))
}
