/**
 * `npm run bench:evidence`: evidence-writing transactions a second, beside two plain inserts and beside the one lock that
 * the ledger had before, as the disk is and with 10 ms a commit. Then the proof page over as many entries as named:
 * `npm run bench:evidence -- 1000000`.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import { findEntry, findLastHead, listEntries } from '#server/ledger/queries.ts'
import { startSequencer } from '#server/ledger/sequencer.actions.ts'
import { keepTiles, tileReader } from '#server/ledger/tiles.actions.ts'
import { inclusionProof } from '#server/ledger/tiles.ts'
import { appendAsBefore } from '#test/ledger/append-as-before.ts'
import { median, percentile } from './load.ts'

const seconds = 4
const rounds = 3
/** Of the embedded database, which has 40. */
const mostConnections = 33
const many = Number(process.argv[2] ?? 0)

async function run(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
  const postgres = await startEmbeddedPostgres(folder)
  try {
    const owner = connect(postgres.url, 2).db
    await migrate(owner)
    await sql`create table bench_acts (id bigint generated always as identity primary key, person uuid not null, n integer not null)`.execute(
      owner,
    )
    await sql`create table bench_entries (id bigint generated always as identity primary key, at timestamptz not null,
    kind text not null, subject text not null, facts text not null)`.execute(owner)
    if (many > 0) await measureProof(owner, many)
    else
      for (const delay of [0, 10]) {
        await sql.raw(`alter system set commit_delay = ${delay * 1000}`).execute(owner)
        await sql`alter system set commit_siblings = 0`.execute(owner)
        await sql`select pg_reload_conf()`.execute(owner)
        for (const lanes of [16, 64]) await measure(postgres.url, lanes, delay)
      }
    await owner.destroy()
  } finally {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Act = (db: Database, person: string, n: number) => Promise<unknown>

const act = (db: Database, person: string, n: number) =>
  db
    .insertInto('bench_acts' as never)
    .values({ person, n } as never)
    .execute()

const facts = (n: number) => ({ n, completed_on: '2026-11-30', course: 'residential-settings' })

const plain: Act = (db, person, n) =>
  db.transaction().execute(async (trx) => {
    await act(trx, person, n)
    await trx
      .insertInto('bench_entries' as never)
      .values({
        at: new Date(),
        kind: 'course-completed',
        subject: `person:${person}`,
        facts: JSON.stringify(facts(n)),
      } as never)
      .execute()
  })

const evidence: Act = (db, person, n) =>
  writeEvidence(db, async (trx) => {
    await act(trx, person, n)
    trx.record({
      kind: 'course-completed',
      actor_id: person,
      subject: `person:${person}`,
      facts: facts(n),
      at: new Date(),
    })
  })

/** As it was: each writer takes the ledger's lock, links its entry and holds the lock until the commit. */
const locked: Act = (db, person, n) =>
  db.transaction().execute(async (trx) => {
    await act(trx, person, n)
    await sql`select set_config('idle_in_transaction_session_timeout', '4s', true)`.execute(trx)
    await appendAsBefore(trx, {
      at: new Date(),
      actor_id: person,
      kind: 'course-completed',
      subject: `person:${person}`,
      facts: JSON.stringify(facts(n)),
    })
  })

async function measure(url: string, lanes: number, delay: number): Promise<void> {
  const { db } = connect(url, Math.min(lanes + 1, mostConnections))
  const waited: number[] = []
  const sequencer = startSequencer(db, {
    failed: (error) => console.error(error),
    waited: (seconds) => void waited.push(...seconds),
  })
  const rates: Record<string, number[]> = { plain: [], evidence: [], locked: [] }
  for (let round = 0; round < rounds; round++)
    for (const [name, one] of Object.entries({ plain, evidence, locked })) {
      rates[name]!.push(await rateOf(db, one, lanes))
      await placeEntries(db)
    }
  await sequencer.stop()
  await placeEntries(db)
  const finding = checkLedger(await listEntries(db), null)
  if (finding) throw new Error(`Row ${finding.row}: ${finding.what}`)
  waited.sort((a, b) => a - b)
  const [reference, ours, before] = ['plain', 'evidence', 'locked'].map((name) => median(rates[name]!))
  console.log(
    `${lanes} at once, ${delay} ms a commit (load ${loadavg()[0]!.toFixed(1)}): two inserts ${Math.round(reference!)}/s, ` +
      `evidence ${Math.round(ours!)}/s, with one lock ${Math.round(before!)}/s; ` +
      `${(ours! / reference!).toFixed(2)} of the inserts, ${(ours! / before!).toFixed(1)} times the lock; ` +
      `to a place: median ${Math.round(percentile(waited, 0.5) * 1000)} ms, p99 ${Math.round(percentile(waited, 0.99) * 1000)} ms`,
  )
  await db.destroy()
}

async function rateOf(db: Database, one: Act, lanes: number): Promise<number> {
  const until = performance.now() + seconds * 1000
  const from = performance.now()
  let done = 0
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (performance.now() < until) {
        await one(db, randomUUID(), done)
        done++
      }
    }),
  )
  return done / ((performance.now() - from) / 1000)
}

/** Rows with invented hashes: a proof reads hashes, and doesn't ask what they are of. */
async function measureProof(db: Database, size: number): Promise<void> {
  await sql`insert into ledger (seq, at, actor_id, kind, subject, facts, previous_hash, hash)
    select n, timestamptz '2026-01-01', null, 'certificate-issued', 'certificate:SH-' || n, '{}',
      encode(sha256((n - 1)::text::bytea), 'hex'), encode(sha256(n::text::bytea), 'hex')
    from generate_series(1, ${size}::bigint) n`.execute(db)
  await sql`vacuum analyze ledger`.execute(db)
  const from = performance.now()
  await db.transaction().execute((trx) => keepTiles(trx, size))
  console.log(`${size} entries; tiles made in ${Math.round((performance.now() - from) / 1000)} s`)
  await db
    .insertInto('ledger_heads')
    .values({
      size,
      root: createHash('sha256').update('x').digest('hex'),
      note: 'x',
      signed_at: new Date(),
    })
    .execute()
  const times: number[] = []
  for (let n = 0; n < 200; n++) {
    const row = 1 + Math.floor(Math.random() * size)
    const from = performance.now()
    const entry = await findEntry(db, 'certificate-issued', `certificate:SH-${row}`)
    const head = await findLastHead(db)
    await keepTiles(db, head!.size)
    await inclusionProof(entry!.seq - 1, head!.size, tileReader(db))
    times.push(performance.now() - from)
  }
  times.sort((a, b) => a - b)
  console.log(
    `a proof: median ${median(times).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms, most ${Math.max(...times).toFixed(1)} ms`,
  )
}

await run()
