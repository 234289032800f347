import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { afterEach, expect, test } from 'vitest'
import { jobHandlers } from '#server/job-handlers.ts'
import { isPublicAddress } from '#server/notices/webhooks/public-address.ts'
import { post } from '#server/notices/webhooks/sending.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, config } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'

type Arrived = Readonly<{ headers: IncomingHttpHeaders; body: string }>

let close = () => {}
afterEach(() => close())

/** A receiver that answers with these statuses in turn, and then with 204. */
async function aReceiver(...statuses: number[]) {
  const arrived: Arrived[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      arrived.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
      response.writeHead(statuses.shift() ?? 204, { location: '/elsewhere' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close = () => server.close()
  return { arrived, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks` }
}

test('a program’s software is told that clearance changed: signed, retried under one id, logged, and sent again on request', async () => {
  const now = new Date()
  const world = await aWorld({ now, config: { ...config, allowsPrivateWebhooks: true } })
  const { arrived, url } = await aReceiver(500)
  const program = await programId(world.db, 'North Star House')
  const rae = await world.as('rae@northstar.example')
  const added = await rae.post(`/programs/${program}/webhooks`, { url, events: 'clearance.changed' })
  const secret = /whsec_[\w+/=]+/.exec(added.body)![0]
  const mai = await personId(world.db, 'mai@northstar.example')
  await sql`update clearances set answer = case answer when 'yes' then 'no' else 'yes' end where person_id = ${mai}`.execute(
    world.db,
  )
  const changed = () =>
    world.db.transaction().execute((trx) => refreshStandings(trx, [mai], now.toISOString().slice(0, 10)))
  await changed()
  await changed()
  const { rows } = await sql<{ id: string }>`select id from webhook_deliveries`.execute(world.db)
  expect(rows).toHaveLength(1)
  const delivery = rows[0]!.id
  const handlers = jobHandlers({
    databaseUrl: '',
    db: await asTheService(),
    clock: () => now,
    catalogue: world.catalogue,
    config: world.config,
    mail: null,
  })
  const send = () => handlers['send-webhook']({ delivery })
  await expect(send()).rejects.toThrow('500')
  await send()
  await send()
  expect(arrived.map(({ headers }) => headers['webhook-id'])).toEqual([`msg_${delivery}`, `msg_${delivery}`])
  for (const { headers, body } of arrived) {
    const verified = new Webhook(secret).verify(body, headers as Record<string, string>)
    expect(verified).toMatchObject({
      type: 'clearance.changed',
      data: { program_id: program, person_id: mai },
    })
    expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow()
    expect(body).not.toMatch(/Mai|northstar\.example/)
  }
  expect((await rae.get(`/programs/${program}/webhooks`)).body).toMatch(
    /Delivered[\s\S]*2 attempts, last answer: 204/,
  )
  await rae.post(`/programs/${program}/webhook-deliveries/${delivery}/replay`)
  await send()
  expect(arrived).toHaveLength(3)
  const olu = await world.as('rae@northstar.example')
  const other = await programId(world.db, 'Lakeside Home')
  expect((await olu.get(`/programs/${other}/webhooks`)).statusCode).toBe(404)
  const described = (await world.visitor().get('/api/openapi.json')).json()
  expect(Object.keys(described.webhooks)).toContain('clearance.changed')
})

test('a redirect is not followed, wherever it leads', async () => {
  const { arrived, url } = await aReceiver(302, 307)
  for (const status of ['302', '307'])
    expect(await post(url, {}, '{}', true)).toMatchObject({
      isAccepted: false,
      says: expect.stringContaining(status),
    })
  expect(arrived).toHaveLength(2)
})

test('nothing is sent to loopback, private or reserved addresses, however they are written', async () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
  ])
    expect(isPublicAddress(address), address).toBe(false)
  for (const address of ['::1', '::ffff:10.0.0.1', 'fe80::1', 'fd00::1', '2002:a00:1::', '64:ff9b::a00:1'])
    expect(isPublicAddress(address), address).toBe(false)
  for (const address of ['93.184.216.34', '2606:2800:220:1::1']) expect(isPublicAddress(address)).toBe(true)
  const { arrived, url } = await aReceiver()
  const { port } = new URL(url)
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]'])
    expect(await post(`http://${host}:${port}/`, {}, '{}', false)).toMatchObject({ isAccepted: false })
  expect(arrived).toEqual([])
})
