import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { enqueue } from '#server/jobs/enqueue.ts'
import { timetable } from '#server/jobs/timetable.ts'
import { type Handlers, startWorkers } from '#server/jobs/workers.ts'
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
