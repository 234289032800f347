import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type JobName, timetable } from '#server/jobs/timetable.ts'
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

const nothingToDo = Object.fromEntries(
  Object.keys(timetable).map((name) => [name, async () => {}]),
) as unknown as Handlers

test('a scheduled job whose time passed while nothing ran is run once at the next start', async () => {
  const db = await emptyDatabase()
  const url = await serviceUrl()
  await (await startWorkers(url, nothingToDo, log)).stop(1_000)
  await sql`delete from pgboss.job`.execute(db)
  // Three mornings.
  await sql`update pgboss.version set cron_on = now() - interval '3 days'`.execute(db)
  await sql`update pgboss.schedule set created_on = now() - interval '9 days'`.execute(db)
  const done: string[] = []
  const telling = (name: JobName) => async () => done.push(name)
  const workers = await startWorkers(
    url,
    { ...nothingToDo, 'send-reminders': telling('send-reminders'), 'make-backup': telling('make-backup') },
    log,
  )
  await expect.poll(() => done.toSorted(), { timeout: 30_000 }).toEqual(['make-backup', 'send-reminders'])
  await workers.stop(1_000)
  const { rows } = await sql<{ many: number }>`
    select count(*)::int as many from pgboss.job where name in ('send-reminders', 'make-backup')`.execute(db)
  expect(rows).toEqual([{ many: 2 }])
})

test('after a clock that was a year ahead, jobs run again, and waiting ones keep what they have still to wait', async () => {
  const db = await emptyDatabase()
  const url = await serviceUrl()
  const start = (handlers: object) => startWorkers(url, handlers as Handlers, log)
  await (await start(nothingToDo)).stop(1_000)
  await sql`update pgboss.version set cron_on = now() + interval '1 year'`.execute(db)
  await sql`update pgboss.queue set monitor_claim_on = now() + interval '1 year', maintain_on = now() + interval '1 year'`.execute(
    db,
  )
  await sql`delete from pgboss.job`.execute(db)
  await sql`
    insert into pgboss.job_common (name, data, state, created_on, start_after, policy, retry_limit) values
      ('send-reminders', '{}', 'created', now(), now() + interval '1 year', 'stately', 5),
      ('send-webhook', '{}', 'created', now() + interval '1 year', now() + interval '1 year', 'standard', 20),
      ('make-packet', '{}', 'retry', now(), now() + interval '1 year', 'standard', 5),
      ('send-email', '{}', 'created', now() + interval '1 year', now() + interval '1 year 8 hours', 'standard', 60)`.execute(
    db,
  )
  const done: string[] = []
  const telling = (name: JobName) => async () => done.push(name)
  const expected = ['make-packet', 'send-reminders', 'send-webhook'] as const
  const workers = await start({
    ...nothingToDo,
    ...Object.fromEntries([...expected, 'send-email' as const].map((name) => [name, telling(name)])),
  })
  await expect.poll(() => done.toSorted(), { timeout: 60_000 }).toEqual(expected)
  const { rows } = await sql<{ hours: number; is_past: boolean }>`
    select round(extract(epoch from start_after - now()) / 3600)::int as hours,
      (select bool_and(greatest(monitor_claim_on, maintain_on) <= now()) from pgboss.queue)
        and (select cron_on <= now() from pgboss.version) as is_past
    from pgboss.job where name = 'send-email'`.execute(db)
  expect(rows).toEqual([{ hours: 8, is_past: true }])
  await workers.stop(1_000)
})
