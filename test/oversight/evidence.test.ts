import { beforeAll, expect, test } from 'vitest'
import { tellOffices } from '#server/admin/watch/watch.actions.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { openReviewOf, readable, upload } from './reviewed.ts'

let world: World
let lee: Client
let rae: Client
let review: string
beforeAll(async () => {
  world = await aWorld({ now: new Date('2026-06-14T15:00:00Z') })
  lee = await world.as('lee@licensing.example')
  rae = await world.as('rae@northstar.example')
  review = await openReviewOf(world, lee, '9900001')
})

const later = (minutes: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + minutes * 60_000)
}
const told = async () => {
  await tellOffices(world.db, { catalogue: world.catalogue, keySince: null }, world.clock.now)
  const rows = await world.db
    .selectFrom('notices')
    .innerJoin('people', 'people.id', 'notices.person_id')
    .select(['kind', 'people.email'])
    .where('kind', 'like', 'evidence-%')
    .orderBy('notices.created_at')
    .execute()
  return rows.map(({ kind, email }) => `${kind} ${email?.split('@')[0]}`)
}
const pdf = Buffer.from('%PDF-1.7 a certificate')

test('licensing staff ask for evidence by a day, the program answers with files, and licensing replies and closes', async () => {
  const ask = { subject: 'Certificate of 2025', due_on: '6/20/2026', body: 'Please send it.' }
  const refused = await upload(world.app, lee, `${review}/evidence`, { ...ask, due_on: '6/1/2026' })
  expect(refused.statusCode).toBe(422)
  expect(refused.body).toContain('Please send it.')
  const asked = await upload(world.app, lee, `${review}/evidence`, ask)
  expect(asked.statusCode).toBe(303)
  const request = String(asked.headers.location)
  expect(readable((await rae.get('/findings')).body)).toContain(
    'Evidence to send Evidence 1.1: Certificate of 2025',
  )
  expect((await rae.get('/team')).body).toContain('1 request for evidence to answer')
  for (const other of ['olu@lakeside.example', 'sam@northstar.example'])
    expect((await (await world.as(other)).get(request)).statusCode).toBeGreaterThanOrEqual(403)

  later(1)
  const wrong = await upload(
    world.app,
    rae,
    `${request}/messages`,
    { body: 'Here.' },
    { files: Buffer.from('MZ') },
  )
  expect(wrong.statusCode).toBe(422)
  expect(wrong.body).toContain('Here.')
  const many = Object.fromEntries([1, 2, 3, 4, 5, 6].map((number) => [`files${number}`, pdf]))
  expect((await upload(world.app, rae, `${request}/messages`, { body: 'Here.' }, many)).body).toContain(
    'Send up to 5 files',
  )
  const sent = await upload(world.app, rae, `${request}/messages`, { body: 'Here.' }, { a: pdf, b: pdf })
  expect(sent.statusCode).toBe(303)
  expect((await lee.get('/licensing')).body).toContain('1 request for evidence was answered')
  expect((await rae.get('/team')).body).not.toContain('for evidence to answer')
  expect((await rae.get(request)).body).toContain('No other request waits for your answer.')
  const page = (await lee.get(request)).body
  const files = [...page.matchAll(/href="(\/evidence\/[^"]+\/files\/[^"]+)"/g)].map(([, href]) => href!)
  expect(files).toHaveLength(2)
  const file = await lee.get(files[0]!)
  expect(file.rawPayload.equals(pdf)).toBe(true)
  expect(file.headers['content-disposition']).toContain('attachment')

  later(1)
  await upload(world.app, lee, `${request}/messages`, { body: 'It has no date.' })
  expect((await rae.get('/team')).body).toContain('1 request for evidence to answer')
  expect((await lee.post(`${request}/steps`, { step: 'closed', reason: '' })).statusCode).toBe(422)
  await lee.post(`${request}/steps`, { step: 'due-day-changed', due_on: '6/24/2026', reason: 'A holiday' })
  later(60 * 24 * 7)
  expect(await told()).toContain('evidence-due rae')
  later(60 * 24 * 5)
  expect(await told()).toContain('evidence-late lee')
  expect((await lee.get('/licensing')).body).toContain('1 request for evidence is past its due day')
  await upload(world.app, rae, `${request}/messages`, { body: 'June 3, 2025.' })
  later(1)
  expect((await lee.post(`${request}/steps`, { step: 'closed', reason: 'Seen' })).statusCode).toBe(303)
  expect((await upload(world.app, rae, `${request}/messages`, { body: 'More' })).statusCode).toBe(422)
  expect(readable((await rae.get(request)).body)).toMatch(
    /Closed.*It has no date\..*June 3, 2025\..*Closed\. Seen/,
  )
  expect((await rae.post(`${request}/steps`, { step: 'reopened', reason: 'x' })).statusCode).toBe(404)
  await expect(world.db.updateTable('evidence_messages').set({ body: 'x' }).execute()).rejects.toThrow(
    'append-only',
  )
  const acts = await world.db
    .selectFrom('ledger_entries')
    .select('facts')
    .where('kind', '=', 'review-changed')
    .orderBy('turn')
    .execute()
  expect(acts.map(({ facts }) => (JSON.parse(facts) as { act: string }).act).slice(1)).toEqual([
    ...['evidence-requested', 'evidence-sent', 'evidence-asked-again', 'evidence-due-day-changed'],
    ...['evidence-sent', 'evidence-closed'],
  ])
})
