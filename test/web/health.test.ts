import { createServer, type Socket } from 'node:net'
import Fastify from 'fastify'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { connect, type Database } from '#server/db/connection.ts'
import { schemaState } from '#server/db/migrate.ts'
import { healthRoutes } from '#server/web/health.ts'
import type { App } from '#server/web/routes.ts'
import { config } from '#test/support/app.ts'
import { asTheService, emptyDatabase } from '#test/support/db.ts'

async function ask(db: Database, url: string) {
  const app = Fastify() as unknown as App
  await app.register(healthRoutes, { db, config })
  const answer = await app.inject(url)
  await app.close()
  return { status: answer.statusCode, ...answer.json<Record<string, string>>(), code: answer.statusCode }
}

test('the health page tells the version, and asks nothing of the database', async () => {
  const db = null as unknown as Database
  expect(await ask(db, '/healthz')).toMatchObject({ status: 'alive', version: config.version })
  expect(config.version).toMatch(/^\d+\.\d+\.\d+$/)
})

test('the readiness page tells how database, schema, jobs, disk and ledger are', async () => {
  // The start has read the migrations, which takes longer than an answer may.
  await schemaState(await emptyDatabase())
  const found = await ask(await asTheService(), '/readyz')
  expect(found).toMatchObject({ code: 200, status: 'ready', database: 'reached', schema: 'current' })
  expect(found).toMatchObject({ jobs: 'on time', ledger: 'empty', disk: expect.stringMatching(/MB free$/) })
})

test('a version keeps serving on the schema of the next one, and not on an older one', async () => {
  const db = await emptyDatabase()
  const service = await asTheService()
  const next = { name: '999912312359-of-the-next-version', timestamp: '' }
  await sql`insert into kysely_migration values (${next.name}, ${next.timestamp})`.execute(db)
  const newer = await ask(service, '/readyz')
  await sql`delete from kysely_migration where name = ${next.name}`.execute(db)
  expect(newer).toMatchObject({ code: 200, schema: 'newer than this version' })
  const { rows } = await sql<{ name: string; timestamp: string }>`
    delete from kysely_migration where name = (select max(name) from kysely_migration) returning name, timestamp`.execute(
    db,
  )
  const older = await ask(service, '/readyz')
  await sql`insert into kysely_migration values (${rows[0]!.name}, ${rows[0]!.timestamp})`.execute(db)
  expect(older).toMatchObject({ code: 503, schema: 'behind' })
})

test('a schema that does not answer is told, and the page still comes', async () => {
  const db = await emptyDatabase()
  await db.transaction().execute(async (trx) => {
    await sql`lock table kysely_migration in access exclusive mode`.execute(trx)
    expect(await ask(await asTheService(), '/readyz')).toMatchObject({
      code: 503,
      status: 'not ready',
      database: 'reached',
      schema: 'no answer',
    })
  })
})

test('a database that takes the call and says nothing does not hold the page up', async () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => void sockets.push(socket))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  const { db } = connect(`postgres://someone@127.0.0.1:${port}/training`, 2)
  expect(await ask(db, '/readyz')).toMatchObject({ code: 503, database: 'no answer', ledger: 'no answer' })
  for (const socket of sockets) socket.destroy()
  silent.close()
})
