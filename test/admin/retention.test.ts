import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { removePersonalData } from '#server/admin/retention/retention.actions.ts'
import { listPast } from '#server/admin/retention/retention.queries.ts'
import { listCode, pastBefore, retentionList } from '#server/admin/retention/retention.ts'
import { listRegister } from '#server/certificates/certificates/queries.ts'
import { checkRegister } from '#server/certificates/certificates/register-check.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'
import { placedEntries } from '#test/support/ledger.ts'

const mai = 'mai@northstar.example'
const now = new Date('2026-11-30T18:00:00Z')
const before = '2021-11-30'
const lesson = { course: 'residential-settings', module: 'law-words-role', lesson: 'why-this-training' }

let world: World
let person: string

/** Mai's last day was long ago; she has a certificate, a note and messages. */
beforeAll(async () => {
  world = await aWorld({ now })
  const { db } = world
  person = await personId(db, mai)
  await db
    .insertInto('lesson_notes')
    .values({ ...lesson, person_id: person, body: 'Ask about this.', written_at: now })
    .execute()
  await leftOn('2021-11-29')
  await db.updateTable('people').set({ last_active_on: '2021-11-01' }).where('id', '=', person).execute()
  await db
    .insertInto('people')
    .values({ name: 'Kim Second', email: 'kim@system.example', created_at: new Date('2026-01-01') })
    .execute()
  const kim = await personId(db, 'kim@system.example')
  await db
    .insertInto('roles')
    .values({ person_id: kim, role: 'system_admin', granted_at: new Date('2026-01-01') })
    .execute()
})

const leftOn = (on: string) =>
  world.db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    await sql`update assignments set hired_on = '2019-01-01', duties_from = null, duties_to = null, separated_on = ${on} where person_id = ${person}`.execute(
      trx,
    )
  })

const removal = (code: string, confirmedBy = 'kim@system.example') =>
  asTheService().then((db) =>
    removePersonalData(db, { years: 5, code, by: 'kit@system.example', confirmedBy, reason: 'Yearly' }, now),
  )

const counted = async () =>
  (
    await sql<{ notes: number; notices: number; certificates: number; completions: number }>`
      select (select count(*)::int from lesson_notes where person_id = ${person}) as notes,
        (select count(*)::int from notices where person_id = ${person}) as notices,
        (select count(*)::int from certificates where person_id = ${person}) as certificates,
        (select count(*)::int from completions where person_id = ${person}) as completions`.execute(world.db)
  ).rows[0]!

test('five years after someone’s last day they are listed, and a day before that they are not', async () => {
  expect(pastBefore('2026-11-30', 5)).toBe(before)
  const listed = await listPast(world.db, before)
  expect(listed.map(({ id }) => id)).toEqual([person])
  expect(retentionList(listed, before, 5)).toContain('Mai Vang, last day November 29, 2021')
  await leftOn('2021-11-30')
  expect(await listPast(world.db, before)).toEqual([])
  await leftOn('2021-11-29')
})

test('nothing is removed by one person, for another list, or for someone who is not an administrator', async () => {
  const kept = await counted()
  expect(kept).toMatchObject({ notes: 1, certificates: 1, completions: 1 })
  const code = listCode(await listPast(world.db, before))
  expect(await removal(code, 'kit@system.example')).toMatchObject({
    why: expect.stringContaining('The same account'),
  })
  expect(await removal(code, 'rae@northstar.example')).toMatchObject({ why: expect.stringContaining('rae@') })
  expect(await removal('000000000000')).toMatchObject({ why: expect.stringContaining('not the list') })
  expect(await counted()).toEqual(kept)
})

test('two people remove what is not evidence: the account closes, certificates and the ledger stay as they were', async () => {
  const kept = await counted()
  const done = await removal(listCode(await listPast(world.db, before)))
  expect(done).toMatchObject({ kind: 'removed', people: 1 })
  expect(await counted()).toEqual({ ...kept, notes: 0, notices: 0 })
  expect(
    await world.db
      .selectFrom('people')
      .select(['name', 'email', 'password_hash', 'closed_at'])
      .where('id', '=', person)
      .executeTakeFirst(),
  ).toEqual({ name: 'Mai Vang', email: null, password_hash: null, closed_at: now })
  const entries = await placedEntries(world.db)
  expect(entries.at(-1)).toMatchObject({ kind: 'personal-data-removed', subject: `person:${person}` })
  expect(JSON.parse(entries.at(-1)!.facts)).toMatchObject({
    last_on: '2021-11-29',
    confirmed_by: await personId(world.db, 'kim@system.example'),
    rows: { lesson_notes: 1 },
  })
  expect(checkLedger(entries, null) ?? checkRegister(entries, await listRegister(world.db))).toBeNull()
  expect(await listPast(world.db, before)).toEqual([])
})
