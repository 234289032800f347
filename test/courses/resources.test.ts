import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import type { ResourceFile } from '#server/courses/catalogue/resource-parts.ts'
import { checkLinks } from '#server/courses/resources/link-check.actions.ts'
import { mapShapes, mapSize } from '#server/courses/resources/region-map.ts'
import { keptResources } from '#server/courses/resources/resource-list.ts'
import { aWorld, type Client, theCourses, type World } from '#test/support/app.ts'
import { asTheService } from '#test/support/db.ts'
import { listTold } from '#test/support/notices.ts'

const now = new Date('2026-12-07T16:00:00Z')
const file = theCourses().resources

let world: World
let noor: Client

beforeAll(async () => {
  world = await aWorld({ now })
  noor = await world.as('noor@review.example')
})

const change = {
  ...{ group: 'services', name: 'North House', about: 'Shelter for 16 to 20', phone: '218-555-0100' },
  ...{ regions: ['northeast', 'central'], checked_on: '12/7/2026', source: 'Their own page', reason: 'New' },
}

test('the page shows every entry of the file with its source, the day it was checked, and a caution where it was not confirmed', async () => {
  const { body } = await world.visitor().get('/resources')
  for (const { id, name } of file.resources) {
    expect(body).toContain(`<li id="${id}">`)
    expect(body).toContain(name.replaceAll('&', '&amp;'))
  }
  for (const { id, title } of file.groups) expect(body).toContain(`<a href="#${id}">${title}</a>`)
  expect(body.match(/Last checked /g)).toHaveLength(file.resources.length)
  const cautions = file.resources.filter(({ status }) => status !== 'V')
  expect(body.match(/Confirm it before you rely on it/g)).toHaveLength(cautions.length)
  expect(body).not.toContain('{{')
})

test('each number of a resource is one that the register of facts or its source has', () => {
  const known = [...theCourses().register.values.values()].map(({ text }) => text).join(' ')
  // White Earth's is on its own page only.
  for (const { phone, sms } of file.resources)
    for (const number of [phone, sms])
      if (number !== '' && number !== '218-983-4656') expect(known).toContain(number)
})

test('the map has a shape within the drawing for each region, and the table has the same regions', async () => {
  const shapes = mapShapes(file.regions, new Map())
  expect(shapes).toHaveLength(8)
  for (const { points } of shapes)
    for (const point of points.split(' ')) {
      const [x, y] = point.split(',').map(Number) as [number, number]
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x).toBeLessThanOrEqual(mapSize.width)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y).toBeLessThanOrEqual(mapSize.height)
    }
  const { body } = await world.visitor().get('/resources')
  for (const { id, name } of file.regions)
    expect(body).toContain(`<tr id="region-${id}">\n<th scope="row">${name}</th>`)
})

test('an administrator adds a resource, and visitors find it under its regions and by search', async () => {
  await world.visitor().get('/search?q=shelter')
  const refused = await noor.post('/review/resources', { ...change, name: '', source: '' })
  expect(refused.statusCode).toBe(422)
  expect(refused.body).toContain('Enter where you saw it.')
  expect((await noor.post('/review/resources', change)).statusCode).toBe(303)
  const { body } = await world.visitor().get('/resources')
  expect(body.match(/North House/g)).toHaveLength(3)
  expect((await world.visitor().get('/search?q=north+house')).body).toContain('href="/resources#own-')
  const entry = await world.db
    .selectFrom('ledger_entries')
    .select(['subject', 'facts'])
    .where('kind', '=', 'resource-changed')
    .executeTakeFirstOrThrow()
  expect(entry.subject).toMatch(/^resource:own-/)
  expect(entry.facts).toContain('"reason":"New"')
})

test('a changed entry keeps its earlier records, and the page kept on phones is replaced', async () => {
  const worker = (await world.visitor().get('/sw.js')).body
  expect(worker).toContain('"/resources"')
  const moved = { ...change, name: 'Lookup', regions: [], source: '', reason: 'Its page moved' }
  const url = 'https://www.example.org/lookup'
  expect((await noor.post('/review/resources/licensing-lookup', { ...moved, url })).statusCode).toBe(303)
  await noor.post('/review/resources/licensing-lookup/checks')
  expect((await world.visitor().get('/resources')).body).toContain(
    `<a href="${url}" rel="noreferrer noopener">Lookup</a>`,
  )
  const history = (await noor.get('/review/resources/licensing-lookup')).body
  for (const words of ['Its page moved', 'Checked, nothing changed']) expect(history).toContain(words)
  expect((await world.visitor().get('/sw.js')).body).not.toBe(worker)
  const off = { ...moved, is_listed: 'no', reason: 'It closed' }
  await noor.post('/review/resources/licensing-lookup', off)
  expect((await world.visitor().get('/resources')).body).not.toContain('id="licensing-lookup"')
})

test('a number that lessons show too is changed only in the register of facts', async () => {
  const day = { ...change, group: 'help-lines', name: 'Day One', phone: '1-555-555-0100', regions: [] }
  await noor.post('/review/resources/day-one', day)
  const { body } = await world.visitor().get('/resources')
  expect(body).toContain('tel:18662231111')
  expect(body).not.toContain('555-0100</a>\n<a')
  expect(body).not.toContain('tel:15555550100')
})

test('what was checked last holds: the record of an administrator or a later release', () => {
  const record = { ...{ resource: 'otip', group_id: 'foreign-national', name: 'Ours', about: '', phone: '' } }
  const rest = { sms: '', url: '', email: '', regions: [], source: '', is_listed: true, reason: '' }
  const nameOn = (checked_on: string) =>
    keptResources(file, [{ ...record, ...rest, checked_on }]).find(({ id }) => id === 'otip')!.name
  expect(nameOn('2026-12-07')).toBe('Ours')
  expect(nameOn('2026-11-01')).not.toBe('Ours')
})

test('a page that is gone is told to administrators and reviewers once; a site that refuses programs is only listed', async () => {
  const asked: string[] = []
  const site = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const [status, location] = { '/gone': [404], '/moved': [301, '/works'], '/no': [403] }[request.url!] ?? [
      200,
    ]
    response.writeHead(status as number, location ? { location: String(location) } : {}).end('x')
  })
  await new Promise<void>((resolve) => void site.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  const linked: ResourceFile = {
    ...file,
    resources: ['works', 'gone', 'moved', 'no'].map((id) => ({
      ...file.resources[0]!,
      id,
      name: id,
      url: `${base}/${id}`,
    })),
  }
  const db = await asTheService()
  const signal = new AbortController().signal
  const checking = { allowsPrivate: true, baseUrl: 'http://127.0.0.1:3000', signal, pauseMilliseconds: 0 }
  try {
    await checkLinks(db, linked, checking, now)
    const said = await world.db
      .selectFrom('link_checks')
      .select(['verdict', 'moved_to'])
      .where('url', 'like', `${base}%`)
      .orderBy('url')
      .execute()
    expect(said.map(({ verdict, moved_to }) => [verdict, moved_to])).toEqual([
      ['broken', null],
      ['works', `${base}/works`],
      ['unclear', null],
      ['works', null],
    ])
    const told = [
      'kit@system.example link-broken',
      'noor@review.example link-broken',
      'pat@review.example link-broken',
    ]
    expect((await listTold(world.db, 'link-broken')).length).toBe(told.length)
    expect(asked).toContain('GET /gone')
    asked.length = 0
    await checkLinks(db, linked, checking, new Date('2026-12-08T16:00:00Z'))
    // The next day, only what failed is asked again.
    expect(asked.some((one) => one.endsWith('/works') || one.endsWith('/moved'))).toBe(false)
    expect((await listTold(world.db, 'link-broken')).length).toBe(told.length)
    await checkLinks(db, linked, { ...checking, allowsPrivate: false }, new Date('2026-12-09T16:00:00Z'))
    const still = await world.db
      .selectFrom('link_checks')
      .select('says')
      .where('verdict', '=', 'broken')
      .execute()
    expect(still).toEqual([{ says: 'The page is not there (404)' }])
  } finally {
    site.close()
  }
})

test('only content reviewers and system administrators open the pages on which resources are kept', async () => {
  expect((await (await world.as('kit@system.example')).get('/review/resources')).statusCode).toBe(200)
  for (const email of ['ada@northstar.example', 'rae@northstar.example', 'lee@licensing.example'])
    expect((await (await world.as(email)).get('/review/resources')).statusCode).toBe(404)
})
