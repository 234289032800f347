import { CronExpressionParser } from 'cron-parser'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { connect } from '#server/db/connection.ts'
import { timetable } from '#server/jobs/timetable.ts'
import { addDays, dayOf, timeZone } from '#server/lib/days.ts'
import { quietUntil } from '#server/notices/quiet-hours.ts'
import { createLink } from '#server/people/actions.ts'
import { tokenHash } from '#server/people/links.ts'
import { findInvitation } from '#server/people/queries.ts'
import { createSessions } from '#server/people/sessions.ts'
import { reminderOf } from '#server/standings/reminders/reminders.ts'
import { databaseUrl, emptyDatabase } from '#test/support/db.ts'

/** When the queue starts a job on a day, looking back from the next midnight as it looks back each half minute. */
function starts(cron: string, midnight: string, hours: number): readonly Date[] {
  const from = new Date(midnight)
  const currentDate = new Date(from.getTime() + hours * 3_600_000)
  const schedule = CronExpressionParser.parse(cron, { tz: timeZone, strict: false, currentDate })
  const times: Date[] = []
  for (let time = schedule.prev().toDate(); time >= from; time = schedule.prev().toDate()) times.push(time)
  return times
}

const nights = [
  ['2026-11-01', '2026-11-01T05:00:00Z', 25],
  ['2027-03-14', '2027-03-14T06:00:00Z', 23],
] as const

test.each(nights)(
  'on %s, when clocks change, each daily job starts once and each hourly one every hour',
  (_, midnight, hours) => {
    const many: Record<string, number> = {}
    for (const [name, plan] of Object.entries(timetable))
      if ('cron' in plan && /^\d+ /.test(plan.cron)) many[name] = starts(plan.cron, midnight, hours).length
    expect(many).toEqual({
      'keep-overview': 1,
      'sweep-sign-ins': hours,
      'make-backup': 1,
      'check-links': 1,
      'send-reminders': 1,
      'send-after-care': 1,
      'tell-offices': hours,
    })
  },
)

test.each(nights)('the night before %s, quiet hours still end at 7 in the morning', (day, midnight) => {
  const evening = new Date(new Date(midnight).getTime() - 2 * 3_600_000)
  const seven = day === '2026-11-01' ? `${day}T13:00:00.000Z` : `${day}T12:00:00.000Z`
  expect(quietUntil(evening)?.toISOString()).toBe(seven)
  expect(quietUntil(new Date(Date.parse(seven) - 1))?.toISOString()).toBe(seven)
  expect(quietUntil(new Date(seven))).toBeNull()
})

test.each(nights)(
  'around %s, each mark of a due date is reminded of once, also if the clock jumps back or over days',
  (day) => {
    const due_on = addDays(day, 20)
    const standing = {
      requirement: 'residential-annual',
      standing: 'due_soon',
      due_on,
      satisfied_on: null,
    } as const
    const keysOf = (mornings: readonly string[]) =>
      new Set(mornings.flatMap((at) => reminderOf(standing, dayOf(new Date(at)))?.dedupe_key ?? []))
    // At 8 in the morning of each day, in either offset: an hour off, it is the same day.
    const all = Array.from({ length: 90 }, (_, n) => addDays(due_on, n - 89)).flatMap((morning) => [
      `${morning}T13:00:00Z`,
      `${morning}T14:00:00Z`,
    ])
    const marks = [60, 30, 14, 7, 1].map((mark) => `due residential-annual ${due_on} ${mark}`)
    expect([...keysOf(all)]).toEqual(marks)
    // A clock that went back runs mornings again; one that went forward leaves some out.
    expect([...keysOf([...all, ...all.slice(40)])]).toEqual(marks)
    const without = all.filter(
      (at) =>
        ![30, 14, 7].includes(Math.round((Date.parse(due_on) - Date.parse(at.slice(0, 10))) / 86_400_000)),
    )
    expect([...keysOf(without)]).toEqual(marks)
  },
)

const minutes = 60_000

test.each(nights)('the night of %s, sessions and links last as long as on any other', async (_, midnight) => {
  const { db, at, end } = await databaseAtAnyTime()
  try {
    const from = Date.parse(midnight) - 30 * minutes
    await at(from)
    const { id } = await db
      .insertInto('people')
      .values({ name: 'Ada', email: 'ada@x.example', password_hash: 'x' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const sessions = createSessions(db, { idleMinutes: 60, hours: 12 })
    const [used, idle] = [await sessions.create(id), await sessions.create(id)]
    const link = tokenHash(await createLink(db, id, 'reset', null))
    const isOpen = async (token: string) => (await sessions.viewer(token)) !== null
    // Each 50 minutes, through the hour that is missing or comes twice.
    for (let after = 50; after < 720; after += 50) {
      await at(from + after * minutes)
      expect(await isOpen(used)).toBe(true)
      // Asked for once, it has its hour from then on.
      if (after === 50) expect(await isOpen(idle)).toBe(true)
    }
    for (const [after, isUsedOpen] of [
      [719, true],
      [721, false],
    ] as const) {
      await at(from + after * minutes)
      expect(await isOpen(used)).toBe(isUsedOpen)
      expect(await isOpen(idle)).toBe(false)
    }
    await at(from + (24 * 60 - 1) * minutes)
    expect(await findInvitation(db, link)).toBeDefined()
    await at(from + (24 * 60 + 1) * minutes)
    expect(await findInvitation(db, link)).toBeUndefined()
  } finally {
    await end()
  }
})

/** The test's database with a clock of its own: what asks for `now()` gets the time that is set, and so does this process. */
async function databaseAtAnyTime() {
  const owner = await emptyDatabase()
  await sql`create schema other_time`.execute(owner)
  await sql`create table other_time.clock (at timestamptz)`.execute(owner)
  await sql`insert into other_time.clock values (null)`.execute(owner)
  await sql`create function other_time.now() returns timestamptz language sql stable as 'select at from other_time.clock'`.execute(
    owner,
  )
  const options = '-c timezone=UTC -c search_path=other_time,public,pg_catalog'
  const { db } = connect(`${await databaseUrl()}?options=${encodeURIComponent(options)}`, 2)
  return {
    db,
    at: async (time: number) => {
      vi.useFakeTimers({ toFake: ['Date'], now: time })
      await sql`update other_time.clock set at = ${new Date(time)}`.execute(owner)
    },
    end: async () => {
      vi.useRealTimers()
      await db.destroy()
      await sql`drop schema other_time cascade`.execute(owner)
    },
  }
}
