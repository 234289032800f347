import { createHash, randomInt } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { recordEvidence, writeEvidence } from '#server/ledger/actions.ts'
import { entryHash, genesisHash } from '#server/ledger/chain.ts'
import {
  checkLedger,
  type Finding,
  type Kept,
  LedgerReading,
  type StoredEntry,
} from '#server/ledger/checking.ts'
import { merkleRoot } from '#server/ledger/merkle.ts'
import { listEntries } from '#server/ledger/queries.ts'
import { emptyDatabase } from '#test/support/db.ts'
import { placedEntries } from '#test/support/ledger.ts'

const size = 60

async function aLedger(): Promise<{ db: Database; kept: Kept }> {
  const db = await emptyDatabase()
  await writeEvidence(db, async (trx) => {
    for (let n = 1; n <= size; n++)
      trx.record({
        kind: n % 3 === 0 ? 'certificate-issued' : 'course-completed',
        actor_id: n % 4 === 0 ? null : crypto.randomUUID(),
        subject: `certificate:SH-${n}`,
        facts: { n, hours: n / 10 },
        at: new Date(Date.UTC(2027, 2, 1, 12, n)),
      })
  })
  const hashes = (await placedEntries(db)).map(({ hash }) => hash)
  const head = {
    origin: 'x/ledger',
    size,
    root: merkleRoot(hashes),
    at: '2027-04-01T00:00:00.000Z',
  }
  return { db, kept: { head, hashes } }
}

type Tampering = Readonly<{
  name: string
  /** Tampers with the copy and returns the first altered row. */
  on: (copy: Transaction<DB>, row: number) => Promise<number>
}>

const run = (copy: Kysely<DB>, statement: ReturnType<typeof sql>) => statement.execute(copy)

const edit = (name: string, change: ReturnType<typeof sql>): Tampering => ({
  name: `an edit of ${name}`,
  on: async (copy, row) => {
    await run(copy, sql`update ledger set ${change} where seq = ${row}`)
    return row
  },
})

/** Rehashes every row from this one on, as an attacker who knows the hash would. */
async function mendChain(copy: Transaction<DB>, from: number): Promise<void> {
  const rows = await copy.selectFrom('ledger').selectAll().orderBy('seq').execute()
  let previous = genesisHash
  for (const row of rows) {
    const hash = entryHash({ ...row, at: row.at as unknown as Date }, previous)
    if (row.seq >= from)
      await copy
        .updateTable('ledger')
        .set({ previous_hash: previous, hash })
        .where('seq', '=', row.seq)
        .execute()
    previous = row.seq >= from ? hash : row.hash
  }
}

const shiftBack = (copy: Transaction<DB>, row: number) =>
  run(
    copy,
    sql`update ledger l set seq = l.seq - 1 from (select seq from ledger where seq > ${row} order by seq) s where l.seq = s.seq`,
  )

/** Makes room before a row by moving those from it on up by one. */
async function shiftUp(copy: Transaction<DB>, row: number): Promise<void> {
  await run(copy, sql`update ledger set seq = seq + 100000 where seq >= ${row}`)
  await run(copy, sql`update ledger set seq = seq - 99999 where seq >= 100000`)
}

const forged = (seq: number) => ({
  seq,
  at: new Date(Date.UTC(2027, 2, 1, 12, seq)),
  actor_id: null,
  kind: 'certificate-issued',
  subject: 'certificate:SH-999999',
  facts: '{"forged":true}',
  previous_hash: createHash('sha256').update(`p${seq}`).digest('hex'),
  hash: createHash('sha256').update(`h${seq}`).digest('hex'),
})

async function swap(copy: Transaction<DB>, row: number): Promise<number> {
  const other = row === size ? row - 1 : row + 1
  await run(
    copy,
    sql`update ledger a set at = b.at, actor_id = b.actor_id, kind = b.kind, subject = b.subject, facts = b.facts
        from ledger b where (a.seq, b.seq) in ((${row}, ${other}), (${other}, ${row}))`,
  )
  return Math.min(row, other)
}

const tamperings: readonly Tampering[] = [
  edit('the time', sql`at = at + interval '1 second'`),
  edit('the time by a microsecond', sql`at = at + interval '1 microsecond'`),
  edit('the time to no time', sql`at = 'infinity'`),
  edit('the actor', sql`actor_id = gen_random_uuid()`),
  edit('the kind', sql`kind = 'role-granted'`),
  edit('the subject', sql`subject = subject || '0'`),
  edit('the facts', sql`facts = replace(facts, '"n":', '"n": ')`),
  edit('the facts by a character', sql`facts = overlay(facts placing '9' from 7)`),
  edit('the link', sql`previous_hash = repeat('a', 64)`),
  edit('the hash', sql`hash = repeat('b', 64)`),
  {
    name: 'an edit with the later rows rehashed',
    on: async (copy, row) => {
      await run(copy, sql`update ledger set facts = '{"n":0}' where seq = ${row}`)
      await mendChain(copy, row)
      return row
    },
  },
  {
    name: 'a deletion',
    on: async (copy, row) => {
      await run(copy, sql`delete from ledger where seq = ${row}`)
      return row
    },
  },
  {
    name: 'a deletion with the rows behind it moved up',
    on: async (copy, row) => {
      await run(copy, sql`delete from ledger where seq = ${row}`)
      await shiftBack(copy, row)
      return row
    },
  },
  {
    name: 'a deletion with later rows moved up and rehashed',
    on: async (copy, row) => {
      await run(copy, sql`delete from ledger where seq = ${row}`)
      await shiftBack(copy, row)
      await mendChain(copy, row)
      return row
    },
  },
  { name: 'a swap', on: swap },
  {
    name: 'a swap with the chain rehashed',
    on: async (copy, row) => {
      const first = await swap(copy, row)
      await mendChain(copy, first)
      return first
    },
  },
  {
    name: 'an insertion',
    on: async (copy, row) => {
      await shiftUp(copy, row)
      await copy.insertInto('ledger').values(forged(row)).execute()
      return row
    },
  },
  {
    name: 'an insertion with the chain rehashed',
    on: async (copy, row) => {
      await shiftUp(copy, row)
      await copy.insertInto('ledger').values(forged(row)).execute()
      await mendChain(copy, row)
      return row
    },
  },
  {
    name: 'a forged row at the end',
    on: async (copy) => {
      await copy
        .insertInto('ledger')
        .values(forged(size + 1))
        .execute()
      return size + 1
    },
  },
  {
    name: 'a tail that was cut',
    on: async (copy, row) => {
      await run(copy, sql`delete from ledger where seq >= ${row}`)
      return row
    },
  },
  {
    name: 'all of it',
    on: async (copy) => {
      await run(copy, sql`delete from ledger`)
      return 1
    },
  },
]

function inPages(rows: readonly StoredEntry[], kept: Kept | null): Finding | null {
  const reading = new LedgerReading(kept?.head ?? null)
  for (let from = 0; from < rows.length; from += 7) {
    const known = kept?.hashes?.slice(0, kept.head.size).slice(from, from + 7) ?? []
    const found = reading.read(rows.slice(from, from + 7), known)
    if (found) return found
  }
  return reading.end()
}

class Undo extends Error {}

/** What the check finds on a copy that a superuser tampered with. The copy is then discarded. */
async function foundAfter(db: Database, kept: Kept | null, { on }: Tampering, row: number) {
  let outcome: { expected: number; found: number | null } | undefined
  await db
    .transaction()
    .execute(async (copy) => {
      await sql`set local session_replication_role = replica`.execute(copy)
      const expected = await on(copy, row)
      const rows = await listEntries(copy)
      const found = checkLedger(rows, kept)?.row ?? null
      // The hourly check reads pages.
      if ((inPages(rows, kept)?.row ?? null) !== found) throw new Error('Pages find something else.')
      outcome = { expected, found }
      throw new Undo()
    })
    .catch((error) => {
      if (!(error instanceof Undo)) throw error
    })
  return outcome!
}

describe('the ledger', () => {
  test('passes the check if nothing was altered, even with rows added after the head', async () => {
    const { db, kept } = await aLedger()
    expect(checkLedger(await placedEntries(db), null)).toBeNull()
    expect(checkLedger(await placedEntries(db), kept)).toBeNull()
    await recordEvidence(db, {
      kind: 'role-granted',
      actor_id: null,
      subject: 'x',
      facts: {},
      at: new Date(),
    })
    expect(checkLedger(await placedEntries(db), kept)).toBeNull()
    expect(checkLedger(await placedEntries(db), { ...kept, hashes: null })).toBeNull()
  })

  test('reveals each of 1,000 random tamperings by a superuser, at the exact row', async () => {
    const { db, kept } = await aLedger()
    const missed: string[] = []
    for (let n = 0; n < 1000; n++) {
      const tampering = tamperings[n % tamperings.length]!
      const row = randomInt(1, size + 1)
      const { expected, found } = await foundAfter(db, kept, tampering, row)
      if (found !== expected) missed.push(`${tampering.name} at ${row}: found ${found}, expected ${expected}`)
    }
    expect(missed).toEqual([])
    expect(checkLedger(await placedEntries(db), kept)).toBeNull()
  }, 180_000)

  test('reveals each tampering with only the signed head, though not always the row', async () => {
    const { db, kept } = await aLedger()
    const missed: string[] = []
    for (const tampering of tamperings) {
      const { found } = await foundAfter(db, { ...kept, hashes: null }, tampering, randomInt(1, size + 1))
      if (found === null) missed.push(tampering.name)
    }
    expect(missed).toEqual([])
  })

  test('detects changed hash files with the head', async () => {
    const { db, kept } = await aLedger()
    const hashes = [...kept.hashes!]
    hashes[3] = 'c'.repeat(64)
    expect(checkLedger(await placedEntries(db), { ...kept, hashes })?.what).toContain(
      'not the ones it was signed for',
    )
  })
})
