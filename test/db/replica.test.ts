import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { connect, type Database } from '#server/db/connection.ts'
import { checkReplica, replicaReads } from '#server/db/replica.ts'
import { freePort } from '#test/support/browser.ts'
import { databaseUrl, emptyDatabase, serviceUrl } from '#test/support/db.ts'

// With a real replica: test/faults/replica.test.ts.

const whoReads = async (db: Database) => {
  const { rows } = await sql<{
    is: string
  }>`select current_setting('default_transaction_read_only') as is`.execute(db)
  return rows[0]!.is === 'on' ? 'replica' : 'primary'
}

test('a replica’s connections can’t write, and a database that takes writes is known for one', async () => {
  const primary = await emptyDatabase()
  const { db } = connect(await serviceUrl(), 1, {}, 'read only')
  expect(await checkReplica(primary, db)).toBe('takes writes')
  const other = connect((await serviceUrl()).replace(/[^/]+$/, 'postgres'), 1)
  await expect(checkReplica(primary, other.db)).rejects.toThrow('leads to another database')
  await other.db.destroy()
  const write = db.insertInto('people').values({ name: 'Nobody', email: 'nobody@lakes.example' }).execute()
  await expect(write).rejects.toThrow('read-only transaction')
  await db.destroy()
})

test('the primary reads if the replica is down or takes writes, and what is wrong is told once', async () => {
  const primary = await emptyDatabase()
  const away = `postgres://someone:hidden@127.0.0.1:${await freePort()}/training`
  for (const [url, problems] of [
    [away, 1],
    [await databaseUrl(), 0],
  ] as const) {
    const told: string[] = []
    const { db } = connect(url, 1, { connectionSeconds: 2 }, 'read only')
    const replica = replicaReads(primary, db, { mostSeconds: 30, tell: (line) => told.push(line) })
    expect(await replica.read(whoReads)).toEqual({ found: 'primary', asOf: null })
    expect(await replica.readAll(whoReads)).toBe('primary')
    expect(told).toHaveLength(problems)
    expect(told.join()).not.toContain('hidden')
    if (problems) expect(await checkReplica(primary, db)).toBe('is away')
    await replica.close()
  }
})
