import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { connect } from '#server/db/connection.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { serviceUrl } from '#test/support/db.ts'

const words = 'The service is busy. Try again in a moment.'

test('a request that waits too long for a lock or a connection gets a "busy" page, and succeeds later', async () => {
  const { db: service } = connect(await serviceUrl(), 1, { connectionSeconds: 1, lockSeconds: 3 })
  const world = await aWorld({ service })
  const { db, as, visitor } = world
  const rae = await as('rae@northstar.example')
  const program = await programId(db, 'North Star House')
  const theo = await personId(db, 'theo@northstar.example')
  const rename = () => rae.post(`/programs/${program}/roster/${theo}/name`, { name: 'Theo Okafor' })
  await db.transaction().execute(async (other) => {
    await sql`select from programs where id = ${program} for update`.execute(other)
    const locked = rename()
    await untilAnyWaits()
    const queued = await visitor().get(`/verify/${'a'.repeat(26)}`)
    for (const answer of [queued, await locked]) {
      expect(answer.statusCode).toBe(503)
      expect(answer.headers['retry-after']).toBe('30')
      expect(answer.body).toContain(words)
    }
  })
  expect((await rename()).statusCode).toBe(303)
  await service.destroy()

  async function untilAnyWaits(): Promise<void> {
    for (;;) {
      const { rows } = await sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
      if (rows.length > 0) return
    }
  }
})

test('a full disk is told on a page, and nothing that was saved is lost', async () => {
  const { db, as } = await aWorld()
  const ada = await as('ada@northstar.example')
  // What PostgreSQL answers to a write that finds no room.
  await sql`create function no_room() returns trigger language plpgsql as $$ begin
    raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$`.execute(
    db,
  )
  await sql`create trigger no_room before insert on lesson_mistakes for each row execute function no_room()`.execute(
    db,
  )
  const report = () =>
    ada.post('/courses/residential-settings/law-words-role/why-this-training/mistake', {
      version: '2.0.0',
      body: 'A typo',
    })
  const answer = await report().finally(() => sql`drop function no_room cascade`.execute(db))
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '30'])
  expect(answer.body).toContain('The server’s disk is full, so this was not saved.')
  expect((await report()).statusCode).toBe(303)
})
