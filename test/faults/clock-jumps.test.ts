import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { timetable } from '#server/jobs/timetable.ts'
import { type Handlers, startWorkers } from '#server/jobs/workers.ts'
import { addDays, type Day } from '#server/lib/days.ts'
import { aWorld } from '#test/support/app.ts'
import { emptyDatabase, serviceUrl } from '#test/support/db.ts'
import { handlersOf } from '#test/support/jobs.ts'

const log = { error: () => {}, debug: () => {}, info: () => {}, warn: () => {} } as never

test.each([
  ['2026-11-01', 13, 14],
  ['2027-03-14', 14, 13],
])(
  'around %s, when clocks change, reminders and digests are the same whether the clock jumps or not',
  {
    timeout: 600_000,
  },
  async (night, before, after) => {
    const days = Array.from({ length: 43 }, (_, n) => addDays(night, n - 21))
    const eight = (day: Day) => Date.parse(`${day}T${day < night ? before : after}:00:00Z`)
    const steady = await toldOn(days.map((day) => eight(day)))
    // The clock goes back an hour each morning and a day on that night, and jumps over Tuesday to Thursday of each other week.
    const jumping = days.flatMap((day, n) => {
      if (n % 14 < 7 && [2, 3, 4].includes(new Date(eight(day)).getUTCDay())) return []
      return [eight(day), eight(day) - 3_600_000, ...(day === night ? [eight(day) - 86_400_000] : [])]
    })
    expect(await toldOn(jumping)).toEqual(steady)
    const kinds = new Set(steady.map((line) => line.split(' ')[1]))
    expect([...kinds].sort()).toEqual(['training-due', 'training-overdue', 'weekly-digest'])
    // From the first week in which Sam has something to hear, a digest comes each Monday.
    const digests = steady.flatMap((line) => /^sam@\S+ weekly-digest digest (.*)$/.exec(line)?.[1] ?? [])
    expect(digests.length).toBeGreaterThan(1)
    expect(digests).toEqual(digests.map((_, week) => addDays(digests[0]!, 7 * week)))
  },
)

/** Runs the morning's job at these instants in a world of its own; who was reminded of what. */
async function toldOn(instants: readonly number[]): Promise<readonly string[]> {
  const world = await aWorld({ now: new Date(instants[0]! - 3_600_000) })
  const { db, clock } = world
  await db.deleteFrom('notice_emails').execute()
  await db.deleteFrom('notices').execute()
  const handlers = await handlersOf(world)
  for (const at of instants) {
    clock.now = new Date(at)
    await handlers['send-reminders']({})
  }
  const rows = await db
    .selectFrom('notices')
    .innerJoin('people', 'people.id', 'person_id')
    .select(['people.email', 'kind', 'dedupe_key'])
    .where('kind', 'in', ['training-due', 'training-overdue', 'weekly-digest'])
    .execute()
  return rows.map(({ email, kind, dedupe_key }) => `${email} ${kind} ${dedupe_key}`).sort()
}

test('after a clock that was a year ahead, jobs are scheduled again at the next start', async () => {
  const db = await emptyDatabase()
  const nothingToDo = Object.fromEntries(Object.keys(timetable).map((name) => [name, async () => {}]))
  const url = await serviceUrl()
  const start = (handlers: object) => startWorkers(url, handlers as Handlers, log)
  await (await start(nothingToDo)).stop(1_000)
  const ahead = sql`now() + interval '1 year'`
  await sql`update pgboss.version set cron_on = ${ahead}`.execute(db)
  await sql`delete from pgboss.job`.execute(db)
  await sql`insert into pgboss.job_common (name, start_after, policy) values ('send-reminders', ${ahead}, 'stately')`.execute(
    db,
  )
  let done = 0
  const workers = await start({ ...nothingToDo, 'send-reminders': async () => done++ })
  await expect.poll(() => done, { timeout: 60_000 }).toBe(1)
  // The next pass of the schedule takes the clock as it is now.
  const passed = () =>
    sql<{ is_past: boolean }>`select cron_on <= now() as is_past from pgboss.version`.execute(db)
  expect((await passed()).rows).toEqual([{ is_past: true }])
  await workers.stop(1_000)
})
