import { beforeAll, expect, test } from 'vitest'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { openReviewOf, readable } from './reviewed.ts'

let world: World
let lee: Client
let packet: string
beforeAll(async () => {
  world = await aWorld({ now: new Date('2026-06-14T15:00:00Z') })
  lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  packet = `${review}/packets/${await aMadePacket('a'.repeat(26))}`
})

async function aMadePacket(code: string): Promise<string> {
  const { db, clock } = world
  const review = await db.selectFrom('reviews').select(['id', 'opened_by']).executeTakeFirstOrThrow()
  const { id } = await db
    .insertInto('review_packets')
    .values({
      review_id: review.id,
      code,
      from_on: '2026-01-01',
      to_on: '2026-06-01',
      requested_by: review.opened_by,
      requested_at: clock.now,
      made_at: clock.now,
      state: 'made',
      pdf: Buffer.from(`pdf ${code}`),
      pdf_sha256: 'a'.repeat(64),
      zip: Buffer.from('zip'),
      zip_sha256: 'a'.repeat(64),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

async function aLink(days: string, for_whom = 'Kim Auditor, State Auditor'): Promise<string> {
  const made = await lee.post(`${packet}/links`, { for_whom, days })
  expect(made.statusCode).toBe(200)
  return /\/shared-packets\/[\w-]+/.exec(made.body.replaceAll('<wbr>', ''))![0]
}
const openings = () => world.db.selectFrom('packet_link_openings').select('what').orderBy('id').execute()

test('a link shows one packet without a sign-in, and licensing staff see each opening', async () => {
  expect((await lee.post(`${packet}/links`, { for_whom: '', days: '31' })).statusCode).toBe(422)
  const link = await aLink('14')
  const rows = await world.db.selectFrom('packet_links').selectAll().execute()
  expect(JSON.stringify(rows)).not.toContain(link.split('/').at(-1))
  const stranger = world.visitor()
  const page = await stranger.get(link)
  expect(page.statusCode).toBe(200)
  expect(page.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
  expect(page.body).not.toMatch(/North Star|9900001|Theo/)
  const pdf = await stranger.get(`${link}/packet.pdf`)
  expect(pdf.rawPayload.toString()).toBe(`pdf ${'a'.repeat(26)}`)
  expect(pdf.headers['content-disposition']).toBe('attachment; filename="packet.pdf"')
  expect((await openings()).map(({ what }) => what)).toEqual(['page', 'pdf'])
  const seen = readable((await lee.get(`${packet}/links`)).body)
  expect(seen).toMatch(/Kim Auditor, State Auditor.*Opened 2 times.*downloaded the PDF.*opened the page/)
  const entries = await world.db
    .selectFrom('ledger_entries')
    .select('facts')
    .where('kind', '=', 'records-exported')
    .orderBy('turn')
    .execute()
  expect(entries.map(({ facts }) => (JSON.parse(facts) as { act: string }).act)).toEqual([
    ...['packet-link-made', 'packet-opened-by-link', 'packet-opened-by-link'],
  ])
  expect((await (await world.as('rae@northstar.example')).get(`${packet}/links`)).statusCode).toBe(404)
})

test('a link that expired, was ended or never was answers alike, and is not counted as opened', async () => {
  const [short, long] = [await aLink('3'), await aLink('30', 'Pat Reader')]
  const before = (await openings()).length
  world.clock.now = new Date(world.clock.now.getTime() + 3 * 86_400_000)
  const { body } = await lee.get(`${packet}/links`)
  const ended = /action="([^"]+\/end)"(?:(?!action=)[\s\S])+? for Pat Reader/.exec(body)![1]!
  expect((await lee.post(ended)).statusCode).toBe(303)
  const answers = await Promise.all(
    [short, long, '/shared-packets/never'].map(async (link) => {
      const answer = await world.visitor().get(link)
      return [answer.statusCode, readable(answer.body).replace(/shared-packets\S+/g, '')]
    }),
  )
  expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1)
  expect(answers[0]![0]).toBe(404)
  expect((await world.visitor().get(`${long}/packet.zip`)).statusCode).toBe(404)
  expect(await openings()).toHaveLength(before)
  await expect(world.db.deleteFrom('packet_link_ends').execute()).rejects.toThrow('append-only')
})
