import { rmSync } from 'node:fs'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Database } from '#server/db/connection.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { fillDemo } from '#server/demo/fill.ts'
import { programId } from '#test/programs/programs.ts'
import { config } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { emptyDatabase, serviceUrl } from '#test/support/db.ts'
import { newFolder, type Service, startService, Visitor } from '#test/support/service.ts'

vi.setConfig({ testTimeout: 120_000 })

describe('a service with database problems', () => {
  const folder = newFolder()
  let db: Database
  let service: Service
  let rae: Visitor
  let address = ''

  beforeAll(async () => {
    db = await emptyDatabase()
    await fillDemo(db, { residential: null, issuer: config }, new Date())
    // Nothing here ends by a timeout of the database's.
    const waits = { DATABASE_LOCK_SECONDS: '600', DATABASE_STATEMENT_SECONDS: '600' }
    service = await startService({
      ...waits,
      DATABASE_URL: await serviceUrl(),
      DATA_DIR: folder,
      STOP_SECONDS: '1',
      LOG_LEVEL: 'silent',
    })
    rae = new Visitor(service.address)
    expect(await rae.post('/sign-in', { email: 'rae@northstar.example', password: demoPassword })).toBe(303)
    const theo = await personId(db, 'theo@northstar.example')
    address = `/programs/${await programId(db, 'North Star House')}/roster/${theo}/name`
  })
  afterAll(async () => {
    service.process.kill('SIGKILL')
    await service.ended
    rmSync(folder, { recursive: true, force: true })
  })

  const rename = () => rae.post(address, { name: 'Theo Okafor' })

  test('fails only the requests whose connection is dropped', async () => {
    for (let round = 0; round < 30; round++) {
      const waiting = await db.transaction().execute(async (other) => {
        await sql`select from programs for update`.execute(other)
        const renames = [rename(), rename()]
        await untilWaiting(2)
        await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
        return { answers: Promise.all(renames) }
      })
      for (const status of await waiting.answers) expect(status).toBeGreaterThanOrEqual(500)
      expect(service.process.exitCode).toBeNull()
      await expect.poll(async () => (await rae.get('/readyz')).status, { timeout: 20_000 }).toBe(200)
      expect(await rename()).toBe(303)
    }
  })

  test('stops at SIGTERM even if requests are waiting for a lock', async () => {
    await db.transaction().execute(async (other) => {
      await sql`select from programs for update`.execute(other)
      const renames = Promise.allSettled([rename(), rename(), rename()])
      await untilWaiting(3)
      service.process.kill('SIGTERM')
      expect(await service.ended).toMatchObject({ code: 0, stderr: '' })
      await renames
    })
  })

  async function untilWaiting(most: number): Promise<void> {
    for (;;) {
      const { rows } = await sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
      if (rows.length >= most) return
    }
  }
})
