import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { tokenHash } from '#server/people/links.ts'
import { openDate } from '#server/standings/reminders/open-date.ts'
import { listStandings } from '#server/standings/reminders/reminders.queries.ts'
import { listProgramFindings } from '#server/training/program-requirements/program-findings.actions.ts'
import { openDateOf } from '#server/training/program-requirements/program-requirement.ts'
import { listWorkplaces } from '#server/training/program-requirements/program-requirements.queries.ts'
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
  const dates = await (feed.scope === 'own' ? ownDates(db, feed.person_id, now) : teamDates(db, feed, now))
  const sessions = feed.scope === 'own' ? await listSessionTimes(db, feed.person_id, now) : []
  return calendarFile({ dates, sessions }, baseUrl, now)
}

/** A person's own due dates as a file. */
export const dueDatesFile = async (db: Database, person_id: string, baseUrl: string, now: Date) =>
  calendarFile({ dates: await ownDates(db, person_id, now), sessions: [] }, baseUrl, now)

async function ownDates(db: Database, personId: string, now: Date): Promise<readonly DueDate[]> {
  const today = dayOf(now)
  const standings = await listStandings(db, [personId])
  const programs = await listWorkplaces(db, personId, today)
  const findings = await listProgramFindings(db, programs, { on: today, asKnownOn: null }, [personId])
  return [
    ...onceADay(standings.flatMap((one) => openDate(one) ?? [])).map((on) => dueOn(`due-${on}`, on, 'law')),
    ...onceADay(findings.flatMap((one) => openDateOf(one) ?? [])).map((on) =>
      dueOn(`own-due-${on}`, on, 'program'),
    ),
  ]
}

const onceADay = (days: readonly Day[]) => [...new Set(days)].sort()

const dueOn = (id: string, on: Day, by: DueDate['by']): DueDate => ({ id, on, people: null, by })

async function teamDates(
  db: Database,
  { supervised_program_ids }: FeedOwner,
  now: Date,
): Promise<readonly DueDate[]> {
  const people = await listPeopleIn(db, supervised_program_ids)
  const standings = (await listStandings(db, people)).filter(({ program_id }) =>
    supervised_program_ids.includes(program_id),
  )
  const asked = { on: dayOf(now), asKnownOn: null }
  const findings = await listProgramFindings(db, supervised_program_ids, asked)
  return [
    ...peopleByDay(standings, openDate).map((one) => ({ ...one, id: `team-${one.on}`, by: 'law' as const })),
    ...peopleByDay(findings, openDateOf).map((one) => ({
      ...one,
      id: `own-team-${one.on}`,
      by: 'program' as const,
    })),
  ]
}

/** How many people have a date on each day. */
function peopleByDay<T extends Readonly<{ person_id: string }>>(
  all: readonly T[],
  dateOf: (one: T) => Day | null,
): readonly Readonly<{ on: Day; people: number }>[] {
  const dated = all.flatMap((one) => {
    const on = dateOf(one)
    return on ? [{ on, person_id: one.person_id }] : []
  })
  return [...Map.groupBy(dated, ({ on }) => on)].sort().map(([on, some]) => ({
    on,
    people: new Set(some.map(({ person_id }) => person_id)).size,
  }))
}
