import { setTimeout as after } from 'node:timers/promises'
import { type KyselyPlugin, sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '#server/db/connection.ts'
import { deadlocks } from '#server/db/deadlock.ts'
import { recordEvidence, writeEvidence } from '#server/ledger/actions.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { placeEntries, placeSome } from '#server/ledger/placing.actions.ts'
import { findLag, listEntries } from '#server/ledger/queries.ts'
import { startSequencer } from '#server/ledger/sequencer.actions.ts'
import { countTiles } from '#server/ledger/tiles.queries.ts'
import { aWorld } from '#test/support/app.ts'
import { asTheService, emptyDatabase } from '#test/support/db.ts'
import { placedEntries } from '#test/support/ledger.ts'
import { appendAsBefore } from './append-as-before.ts'

const entry = (subject: string) =>
  ({ kind: 'setting-changed', actor_id: null, subject, facts: { subject }, at: new Date() }) as const

const record = (db: Database, ...subjects: readonly string[]) =>
  writeEvidence(db, async (trx) => {
    for (const subject of subjects) trx.record(entry(subject))
  })

const subjectsOf = async (db: Database) => (await listEntries(db)).map(({ subject }) => subject)

const waiting = async (db: Database) =>
  (await db.selectFrom('ledger_arrivals').select('subject').orderBy('id').execute()).map(
    ({ subject }) => subject,
  )

test('whichever statement of placing fails, no entry is lost or placed twice', async () => {
  await emptyDatabase()
  const db = await asTheService()
  const written: string[] = []
  for (let n = 1; ; n++) {
    const subjects = Array.from({ length: n === 1 ? 300 : 2 }, (_, m) => `${n}:${m}`)
    await record(db, ...subjects)
    written.push(...subjects)
    const isDone = await placeSome(db.withPlugin(failingAt(n))).then(
      () => true,
      (error) => String(error).includes('fails') && false,
    )
    expect([...(await subjectsOf(db)), ...(await waiting(db))]).toEqual(written)
    if (isDone) break
  }
  expect(await waiting(db)).toEqual([])
  expect(checkLedger(await listEntries(db), null)).toBeNull()
  expect(await countTiles(db, 0)).toBe(1)
})

test('each thousandth entry asks for a signed head at once, and no other entry does', async () => {
  await emptyDatabase()
  const db = await asTheService()
  const asked = async () => {
    await placeEntries(db)
    const { rows } = await sql`select from pgboss.job where name = 'sign-ledger-head'`.execute(db)
    return rows.length
  }
  await record(db, ...Array.from({ length: 999 }, (_, n) => `x:${n}`))
  expect(await asked()).toBe(0)
  await record(db, 'x:999')
  expect(await asked()).toBe(1)
  await sql`delete from pgboss.job where name = 'sign-ledger-head'`.execute(db)
  await record(db, 'x:1000')
  expect(await asked()).toBe(0)
})

/** Lets the n-th statement fail before it is sent. */
function failingAt(n: number): KyselyPlugin {
  let count = 0
  return {
    transformQuery: ({ node }) => {
      count += 1
      if (count === n) throw new Error(`Statement ${n} fails`)
      return node
    },
    transformResult: async ({ result }) => result,
  }
}

test('places of many writers, three that place and a version before this one have no gap, and each entry one place', async () => {
  await emptyDatabase()
  const db = await asTheService()
  const written = Array.from({ length: 60 }, (_, n) => `w:${n}`)
  const writing = written.map((subject) => record(db, `${subject}:a`, `${subject}:b`))
  const earlier = Array.from({ length: 10 }, (_, n) =>
    db.transaction().execute((trx) => appendAsBefore(trx, { ...entry(`before:${n}`), facts: '{}' })),
  )
  await Promise.all([...writing, ...earlier, ...[1, 2, 3].map(() => placeEntries(db))])
  const entries = await placedEntries(db)
  expect(checkLedger(entries, null)).toBeNull()
  const subjects = entries.map(({ subject }) => subject)
  const expected = [
    ...written.flatMap((subject) => [`${subject}:a`, `${subject}:b`]),
    ...Array.from({ length: 10 }, (_, n) => `before:${n}`),
  ]
  expect([...subjects].sort()).toEqual(expected.sort())
  // Entries of one transaction keep their order.
  for (const subject of written)
    expect(subjects.indexOf(`${subject}:a`)).toBeLessThan(subjects.indexOf(`${subject}:b`))
})

test('what acts on another’s entry comes after it, and a transaction that stays open holds up no one', async () => {
  await emptyDatabase()
  const db = await asTheService()
  await writeEvidence(db, async (open) => {
    await sql`select pg_current_xact_id()`.execute(open)
    await record(db, 'first')
    await placeEntries(db)
    expect(await subjectsOf(db)).toEqual(['first'])
    await record(db, 'second')
    open.record(entry('third'))
  })
  expect((await placedEntries(db)).map(({ subject }) => subject)).toEqual(['first', 'second', 'third'])
})

test('an entry that waits can’t be changed or removed, and one that is placed leaves the arrivals whole', async () => {
  const owner = await emptyDatabase()
  const db = await asTheService()
  await record(db, 'x')
  const refused = async (on: Database, statement: ReturnType<typeof sql>) =>
    expect(statement.execute(on)).rejects.toMatchObject({ code: '42501' })
  for (const on of [db, owner]) {
    await refused(on, sql`update ledger_arrivals set facts = '{}'`)
    await refused(on, sql`delete from ledger_arrivals`)
    await refused(on, sql`truncate ledger_arrivals`)
    // Another entry with its number in the ledger doesn't let it go.
    await refused(
      on,
      sql`with other as (insert into ledger (seq, at, kind, subject, facts, previous_hash, hash, arrival)
        select 1, at, kind, subject, '{}', repeat('0', 64), repeat('1', 64), id from ledger_arrivals returning arrival)
        delete from ledger_arrivals where id in (select arrival from other)`,
    )
  }
  // Finer than a millisecond, it would look altered once it is placed.
  await expect(
    sql`insert into ledger_arrivals (at, kind, subject, facts) values ('2026-01-01 00:00:00.0000001', 'x', 'x', '{}'),
      ('2026-01-01 00:00:00.000001', 'x', 'x', '{}')`.execute(db),
  ).rejects.toMatchObject({ code: '23514' })
  expect(await waiting(db)).toEqual(['x'])
})

test('a running service gives an entry its place without being asked, and a stopping one leaves none behind', async () => {
  await emptyDatabase()
  const db = await asTheService()
  const failures: unknown[] = []
  const waits: number[] = []
  const sequencer = startSequencer(db, {
    failed: (error) => failures.push(error),
    waited: (seconds) => waits.push(...seconds),
  })
  await record(db, 'a', 'b')
  while ((await waiting(db)).length > 0) await after(5)
  expect(await subjectsOf(db)).toEqual(['a', 'b'])
  expect(waits).toHaveLength(2)
  // One of a process that woke no one, such as a command.
  await record(db.withPlugin(failingAt(0)), 'c')
  while ((await waiting(db)).length > 0) await after(5)
  await Promise.all([record(db, 'd'), record(db, 'e')])
  await sequencer.stop()
  expect(await waiting(db)).toEqual([])
  expect(failures).toEqual([])
})

test('pages say that an entry has no place yet, and the service says when entries wait too long', async () => {
  const world = await aWorld()
  const kit = await world.as('kit@system.example')
  const { token, number } = await world.db
    .selectFrom('certificates')
    .select(['token', 'number'])
    .limit(1)
    .executeTakeFirstOrThrow()
  const verdict = async () => (await world.visitor().get(`/verify/${token}`)).body
  expect(await verdict()).toContain('Not yet placed')
  expect(await verdict()).toContain('This certificate is valid.')
  expect((await kit.get('/admin/ledger')).body).toContain('Not yet placed')
  await recordEvidence(world.db, entry('x'))
  expect(await findLag(world.db)).toBeGreaterThan(0)
  await world.db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    await sql`update ledger_arrivals set arrived_at = arrived_at - interval '1 minute'`.execute(trx)
  })
  const saysOfLedger = async () => (JSON.parse((await kit.get('/readyz')).body) as { ledger: string }).ledger
  // On a crowded machine, a part of this page may not answer in its time.
  await expect.poll(saysOfLedger, { timeout: 20_000 }).toMatch(/has waited \d+ seconds/)
  expect((await kit.get('/admin')).body).toContain('seconds for its place')
  await placeEntries(world.db)
  expect(await findLag(world.db)).toBe(0)
  await expect.poll(saysOfLedger, { timeout: 20_000 }).toBe('no head signed for two days')
  expect(await verdict()).toMatch(/Entry \d+\. The ledger head that covers it/)
  expect((await kit.get(`/verify/${token}/proof.json`)).statusCode).toBe(404)
  expect(number).toMatch(/^SH-/)
})

test('a change that PostgreSQL rolls back to end a deadlock runs again, and its entry is there once', async () => {
  const owner = await emptyDatabase()
  const db = await asTheService()
  await db
    .insertInto('people')
    .values([{ name: 'Theo First' }, { name: 'Ada Second' }])
    .execute()
  const touch = (trx: Database, name: string) =>
    trx.updateTable('people').set({ last_active_on: '2026-11-30' }).where('name', '=', name).execute()
  const before = deadlocks()
  let tries = 0
  const { promise: hasFirst, resolve: gotFirst } = Promise.withResolvers<void>()
  const other = owner.transaction().execute(async (trx) => {
    // PostgreSQL ends the transaction that looks for a deadlock and finds one: this one doesn't look.
    await sql`set local deadlock_timeout = '10min'`.execute(trx)
    await touch(trx, 'Ada Second')
    await hasFirst
    await touch(trx, 'Theo First')
  })
  await writeEvidence(db, async (trx) => {
    tries++
    trx.record(entry('after a deadlock'))
    await touch(trx, 'Theo First')
    gotFirst()
    // The one that looks does so once, a second after it began to wait. By then the other has to wait too.
    if (tries === 1) await expect.poll(() => waitsForPeople(owner), { timeout: 60_000 }).toBe(true)
    await touch(trx, 'Ada Second')
  })
  await other
  expect([tries, deadlocks() - before]).toEqual([2, 1])
  expect([...(await subjectsOf(db)), ...(await waiting(db))]).toEqual(['after a deadlock'])
})

async function waitsForPeople(db: Database): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like 'update "people"%'`.execute(
    db,
  )
  return rows.length > 0
}
