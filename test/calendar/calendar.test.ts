import ICAL from 'ical.js'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { calendarFile } from '#server/calendar/feed.ts'
import { aWorld, type Client } from '#test/support/app.ts'

const now = new Date('2026-11-24T18:00:00Z')

const eventsOf = (file: string) =>
  new ICAL.Component(ICAL.parse(file)).getAllSubcomponents('vevent').map((one) => new ICAL.Event(one))

async function addressOf(client: Client, scope: string): Promise<string> {
  const page = await client.post(`/calendar/${scope}`)
  return /\/calendar\/feeds\/[\w-]{32}\.ics/.exec(page.body)![0]
}

test('a person’s calendar has their due dates as whole days, names nothing, and ends with its address', async () => {
  const world = await aWorld({ now })
  const mai = await world.as('mai@northstar.example')
  const address = await addressOf(mai, 'own')
  const stored = await world.db.selectFrom('calendar_feeds').select('token_hash').executeTakeFirstOrThrow()
  expect(address).not.toContain(stored.token_hash)
  const answer = await world.visitor().get(address)
  expect(answer.headers['content-type']).toBe('text/calendar; charset=utf-8')
  const events = eventsOf(answer.body)
  expect(events.map(({ startDate }) => [startDate.isDate, startDate.toString()])).toEqual([
    [true, '2026-12-31'],
  ])
  expect(answer.body).not.toMatch(/residential|exploit|north star|Mai /i)
  const replaced = await addressOf(mai, 'own')
  expect((await world.visitor().get(address)).statusCode).toBe(404)
  await mai.post('/calendar/own/end')
  expect((await world.visitor().get(replaced)).statusCode).toBe(404)
})

test('a team’s calendar counts people a day, and is empty once the role has ended', async () => {
  const world = await aWorld({ now })
  expect((await (await world.as('mai@northstar.example')).post('/calendar/team')).statusCode).toBe(404)
  const address = await addressOf(await world.as('sam@northstar.example'), 'team')
  const [event] = eventsOf((await world.visitor().get(address)).body)
  expect(event!.summary).toMatch(/^Training due: (1 person|\d+ people)$/)
  await sql`update roles set ended_at = now() where person_id = (select id from people where email = 'sam@northstar.example')`.execute(
    world.db,
  )
  expect(eventsOf((await world.visitor().get(address)).body)).toEqual([])
})

test('a session has its times, and every line is at most 75 octets long', () => {
  const sessions = [
    {
      id: '7c0f-1',
      session_id: '7c0f',
      starts_at: new Date('2026-12-01T15:00:00Z'),
      ends_at: new Date('2026-12-01T17:30:00Z'),
    },
  ]
  const file = calendarFile({ dates: [], sessions }, `https://${'a'.repeat(60)}.example`, now)
  const [event] = eventsOf(file)
  expect(event!.startDate.toJSDate()).toEqual(sessions[0]!.starts_at)
  expect(event!.endDate.toJSDate()).toEqual(sessions[0]!.ends_at)
  expect(Math.max(...file.split('\r\n').map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75)
})
