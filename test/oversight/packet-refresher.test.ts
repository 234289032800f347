import { strFromU8 } from 'fflate'
import { expect, test } from 'vitest'
import { insertCompletion } from '#server/demo/fill.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Packet } from '#server/oversight/packets/packet.queries.ts'
import { contentOf } from '#server/oversight/packets/packet-gathering.actions.ts'
import { packetTables } from '#server/oversight/packets/packet-tables.ts'
import type { Review } from '#server/oversight/reviews/review.queries.ts'
import { aWorld, config, type World } from '#test/support/app.ts'
import { addWorker, programId } from './reviewed.ts'

/** The first training in May 2024 and nothing but the refresher since, in May 2025. */
async function aWorkerWithTheRefresher(world: World): Promise<string> {
  const worker = {
    name: 'Bo Sand',
    hired_on: '2024-05-01',
    contact_from: '2024-06-01',
    completed_on: '2024-05-10',
  }
  const id = await addWorker(world, '9900001', worker)
  const refresher = world.catalogue.courses.get('residential-refresher')!.current
  await writeEvidence(world.db, (trx) =>
    insertCompletion(trx, { id, name: worker.name }, refresher, config, '2025-05-05'),
  )
  return id
}

/** What a packet of these days holds of one person, and its table of certificates. */
async function packetOf(world: World, personId: string) {
  const packet = { from_on: '2025-06-01', to_on: '2026-05-20', sample_size: null, seed: '' } as Packet
  const review = { program_id: await programId(world, '9900001'), number: 1, purpose: 'A test' } as Review
  const needs = { ...config, ...world, clock: () => world.clock.now }
  const { content } = await contentOf(needs, packet, review, async () => [])
  const person = content.people.find(({ person_id }) => person_id === personId)!
  const table = packetTables(content).find(({ name }) => name === 'certificates.csv')!
  const annual = person.requirements.find(({ requirement }) => requirement === 'residential-annual')!
  return { annual, certificates: strFromU8(table.bytes) }
}

const counting = {
  annual_anchor: 're-anchor',
  leave: 'not-required',
  transfer: 'carries',
  rehire: 'prior-initial-counts',
  later_certification: 'day-before',
  same_day_contact: 'accept-and-flag',
  refresher: 'counts',
  fast_completions: 'count',
  hours_year: 'calendar',
  fiscal_year_month: '7',
  trafficking_due_months: '',
  reason: 'Our licensor agreed',
}

test('in a packet a refresher counts only where the license holder accepts it, and says so beside its certificate', async () => {
  const world = await aWorld({ now: new Date('2026-06-14T15:00:00Z') })
  const bo = await aWorkerWithTheRefresher(world)

  const before = await packetOf(world, bo)
  expect(before.annual.standing).toBe('overdue')
  expect(before.annual.explanation.join(' ')).toContain('the yearly refresher counts only where')
  expect(before.certificates).toContain('It can count as your yearly human trafficking training if')

  const rae = await world.as('rae@northstar.example')
  await rae.post(`/programs/${await programId(world, '9900001')}/interpretations`, counting)
  const after = await packetOf(world, bo)
  expect(after.annual).toMatchObject({ standing: 'due_soon', due_on: '2026-05-31' })
})
