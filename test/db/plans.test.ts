import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '#server/db/connection.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'
import { explained, listStatements, type Statement } from '../../bench/plans.ts'
import { addHistory, addPeople, addPrograms } from '../../bench/worlds.ts'

test('no statement of a page reads a table that grows from end to end', async () => {
  const world = await aWorld()
  await fill(world)
  const db = await asTheService()
  const northStar = await programId(world.db, 'North Star House')
  const mai = await personId(world.db, 'mai@northstar.example')
  const found: string[] = []
  for (const [email, pages] of [
    ['sam@northstar.example', ['/team', `/team/${mai}`, `/programs/${northStar}/clearance`]],
    ['rae@northstar.example', [`/programs/${northStar}`, `/programs/${northStar}/roster`]],
    ['kit@system.example', ['/accounts?search=northstar']],
    ['lee@licensing.example', ['/licensing?search=9900001', `/licensing/programs/${northStar}`]],
    ['mai@northstar.example', ['/']],
  ] as const) {
    const client = await world.as(email)
    for (const page of pages) {
      const statements = await listStatements(db, async () => {
        expect((await client.get(page, { 'hx-request': 'true' })).statusCode, page).toBe(200)
      })
      for (const read of await listWholeReads(db, statements)) found.push(`${page}: ${read}`)
    }
  }
  expect(found).toEqual([])
})

/** On a few rows, reading them all is as good as any other way. */
async function fill({ db, catalogue }: World): Promise<void> {
  const programs = await addPrograms(db, 400)
  const course = catalogue.courses.get('residential-settings')!.current
  await db.transaction().execute(async (trx) => {
    await addPeople(trx, course, programs, 5)
    await addHistory(trx)
  })
  await sql`analyze`.execute(db)
}

type Node = Readonly<{
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  Plans?: readonly Node[]
}>

/** The large tables that a statement can only read whole: there is no index that would find what it asks for. */
async function listWholeReads(db: Database, statements: readonly Statement[]): Promise<readonly string[]> {
  return db.transaction().execute(async (trx) => {
    await sql`set local enable_seqscan = off`.execute(trx)
    const { rows: large } = await sql<{
      name: string
    }>`select relname as name from pg_class where reltuples > 600`.execute(trx)
    const grows = new Set(large.map(({ name }) => name))
    const reads: string[] = []
    for (const { sql: text, parameters } of statements) {
      if (!/^\s*(select|with)\b/i.test(text)) continue
      const { rows } = await explained(text, parameters, sql`explain (format json)`).execute(trx)
      const [{ Plan }] = (rows[0] as { 'QUERY PLAN': [{ Plan: Node }] })['QUERY PLAN']
      for (const read of wholeReads(Plan).filter((read) => grows.has(read)))
        reads.push(`${read} in ${text.trim().slice(0, 200)}`)
    }
    return reads
  })
}

function wholeReads(node: Node): readonly string[] {
  // An index of few rows, such as that of open enrollments, may be read whole.
  const read = node['Index Name'] ?? node['Relation Name'] ?? ''
  const below = (node.Plans ?? []).flatMap(wholeReads)
  // A bitmap's condition is in the index scans below it.
  const isWhole = /^(Seq|Index|Index Only) Scan$/.test(node['Node Type']) && !node['Index Cond']
  return isWhole ? [read, ...below] : below
}
