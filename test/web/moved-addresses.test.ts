import { expect, test } from 'vitest'
import { aWorld } from '#test/support/app.ts'

test('former addresses lead to the pages that took their place', async () => {
  const { visitor } = await aWorld({ cast: false })
  const moved = [
    ['/certificates/acts', '/certificates/records'],
    ['/certificates/acts/SHT-000001', '/certificates/records/SHT-000001'],
    ['/certificates/acts/SHT-000001/revocation', '/certificates/records/SHT-000001/revocation'],
    ['/programs/some-program/readings', '/programs/some-program/interpretations'],
  ]
  for (const [from, to] of moved) {
    const { statusCode, headers } = await visitor().get(from!)
    expect([statusCode, headers.location]).toEqual([308, to])
  }
})
