import { expect, test } from 'vitest'
import { listOf } from '#server/certificates/credentials/status-places.ts'

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
