import { expect, test } from 'vitest'
import { issueCertificate } from '#server/certificates/certificates/issuing.actions.ts'
import { listOf } from '#server/certificates/credentials/status-places.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { aWorld } from '#test/support/app.ts'
import { completionsOf } from './completions.ts'
import { sample } from './sample.ts'

const { certificate_number: _n, token: _t, verify_url: _u, issuer_name: _i, ...certified } = sample

test.each([
  [1, 1],
  [65_535, 1],
  [65_536, 1],
  [65_537, 2],
  [131_072, 2],
  [131_073, 3],
])('certificate number %i is on status list %i', (count, list) => {
  expect(listOf(count)).toBe(list)
})

test('the last certificate of the first list and the first of the second get the correct list', async () => {
  const world = await aWorld({ cast: false })
  const { db, config } = world
  const { id } = await db
    .insertInto('people')
    .values({ name: 'Ada Northwind', email: 'ada@example.org' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db.updateTable('certificate_counter').set({ last_number: 65_535 }).execute()
  for (const completion of await completionsOf(world, id, 2))
    await writeEvidence(db, (trx) => issueCertificate(trx, completion, certified, config, new Date()))
  const lists = await db
    .selectFrom('certificates')
    .innerJoin('certificate_proofs', 'certificate_proofs.certificate_id', 'certificates.id')
    .select(['number', 'list'])
    .orderBy('number')
    .execute()
  expect(lists).toEqual([
    { number: 'SH-065536', list: 1 },
    { number: 'SH-065537', list: 2 },
  ])
})
