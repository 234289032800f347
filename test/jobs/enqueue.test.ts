import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { enqueue, enqueueAll } from '#server/jobs/enqueue.ts'
import { timetable } from '#server/jobs/timetable.ts'
import { type Handlers, onlyTry, startWorkers } from '#server/jobs/workers.ts'
import { asTheService, emptyDatabase, serviceUrl } from '#test/support/db.ts'

const log = { error: () => {}, debug: () => {}, info: () => {}, warn: () => {} } as never

const nothingToDo = Object.fromEntries(
  Object.keys(timetable).map((name) => [name, async () => {}]),
) as unknown as Handlers

test('a job is committed or rolled back together with the change that causes it', async () => {
  await emptyDatabase()
  const db = await asTheService()
  const done: unknown[] = []
  const workers = await startWorkers(
    await serviceUrl(),
    { ...nothingToDo, 'draw-certificates': async (data) => done.push(data) },
    log,
  )
  await db.transaction().execute((trx) => enqueue(trx, 'draw-certificates', { which: 'kept' }))
  await db
    .transaction()
    .execute(async (trx) => {
      await enqueue(trx, 'draw-certificates', { which: 'rolled back' })
      throw new Error('no')
    })
    .catch(() => {})
  await expect.poll(() => done, { timeout: 20_000 }).toEqual([{ which: 'kept' }])
  await workers.stop(1_000)
  const { rows } = await sql<{
    data: { which?: string }
  }>`select data from pgboss.job where name = 'draw-certificates'`.execute(db)
  expect(rows.map(({ data }) => data.which)).toEqual(['kept'])
})

test('two workers on one database do each job once, and what one of them drops at its end is done by the other', async () => {
  await emptyDatabase()
  const db = await asTheService()
  const done: string[] = []
  let dropped = 0
  const handlersOf = (worker: string): Handlers => ({
    ...nothingToDo,
    'send-webhook': async ({ n }) => {
      done.push(`${worker} ${n}`)
    },
    // The first process is stopped in the middle of it.
    'make-packet': async (_data, { signal } = onlyTry) => {
      if (worker === 'second') return done.push('second packet')
      dropped++
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('stopped'))),
      )
    },
  })
  const url = await serviceUrl()
  const first = await startWorkers(url, handlersOf('first'), log)
  await enqueue(db, 'make-packet', { packet: 'one' })
  await expect.poll(() => dropped, { timeout: 20_000 }).toBe(1)
  const second = await startWorkers(url, handlersOf('second'), log)
  await enqueueAll(
    db,
    'send-webhook',
    Array.from({ length: 8 }, (_, n) => ({ n })),
  )
  await first.stop(1_000)
  await expect.poll(() => done, { timeout: 30_000 }).toContain('second packet')
  await expect.poll(() => done.length, { timeout: 30_000 }).toBe(9)
  const numbers = done.filter((one) => !one.endsWith('packet')).map((one) => one.split(' ')[1])
  expect(numbers.sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  expect(dropped).toBe(1)
  await second.stop(1_000)
})

test('a process that has the database to itself frees the jobs of the one that was killed before it, and makes up for missed ones', async () => {
  await emptyDatabase()
  const db = await asTheService()
  await enqueue(db, 'send-webhook', { n: 1 })
  await sql`update pgboss.job set state = 'active', started_on = now(), heartbeat_on = now() where name = 'send-webhook'`.execute(
    db,
  )
  await sql`update pgboss.queue set monitor_claim_on = null, monitor_on = null`.execute(db)
  const workers = await startWorkers(await serviceUrl(), nothingToDo, log, { isAlone: true })
  const { rows } = await sql<{ state: string }>`
    select state from pgboss.job where name = 'send-webhook'`.execute(db)
  await workers.stop(1_000)
  expect(rows).toEqual([{ state: 'retry' }])
  // test/faults/clock-jumps.test.ts shows that it works.
  const madeUpFor = await sql<{ name: string }>`
    select name from pgboss.schedule where options ->> 'missed' = 'once' order by name`.execute(db)
  const scheduled = Object.entries(timetable).flatMap(([name, plan]) => ('cron' in plan ? [name] : []))
  expect(madeUpFor.rows.map(({ name }) => name)).toEqual(scheduled.sort())
})
