import { rmSync } from 'node:fs'
import { setTimeout as after } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import type { Database } from '#server/db/connection.ts'
import { emptyDatabase, serviceUrl } from '#test/support/db.ts'
import { childrenOf, isAlive, newFolder, run, startService, Visitor } from '#test/support/service.ts'

const folder = newFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('two web processes share one address: one that dies is replaced, jobs run in one of them, and all stop together', {
  timeout: 120_000,
}, async () => {
  const db = await emptyDatabase()
  const service = await startService({
    DATABASE_URL: await serviceUrl(),
    DATA_DIR: folder,
    WEB_CONCURRENCY: '2',
    LOG_LEVEL: 'silent',
  })
  const processes = () => childrenOf(service.process.pid!)
  await expect.poll(() => processes().length, { timeout: 30_000 }).toBe(2)
  const [first, second] = processes().sort((a, b) => a - b) as [number, number]
  const visitor = new Visitor(service.address)
  const isReady = async () => (await visitor.get('/healthz').catch(() => null))?.status === 200
  await expect.poll(isReady).toBe(true)
  process.kill(second, 'SIGKILL')
  await expect.poll(() => processes().filter((one) => one !== second).length, { timeout: 30_000 }).toBe(2)
  expect(processes()).toContain(first)
  for (let n = 0; n < 20; n++) expect(await isReady()).toBe(true)
  // One process takes at most three connections for its jobs.
  await expect.poll(() => jobConnections(db)).toBeGreaterThan(0)
  for (let n = 0; n < 15; n++, await after(100)) expect(await jobConnections(db)).toBeLessThanOrEqual(3)
  const all = processes()
  service.process.kill('SIGTERM')
  expect((await service.ended).code).toBe(0)
  expect(all.filter(isAlive)).toEqual([])
})

test('several web processes on the embedded database are refused in words', async () => {
  const { code, stderr } = await run(['server/main.ts'], { DATA_DIR: folder, WEB_CONCURRENCY: '2' })
  expect(code).toBe(2)
  expect(stderr).toContain('WEB_CONCURRENCY above 1 needs DATABASE_URL')
})

async function jobConnections(db: Database): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select count(*)::int as open from pg_stat_activity
    where application_name = 'safe-harbor-jobs' and datname = current_database()`.execute(db)
  return rows[0]!.open
}
