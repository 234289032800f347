import fc from 'fast-check'
import { expect, test } from 'vitest'
import { neutralise, unneutralise } from '#server/programs/spreadsheet-formulas.ts'

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', "'=1", "''=1", '＝1+1', ' =1', '\u0000=1'])(
  'the cell %j can’t be taken for a formula, and comes back as it was',
  (cell) => {
    expect(neutralise(cell).startsWith("'")).toBe(true)
    expect(neutralise(cell)).not.toBe(cell)
    expect(unneutralise(neutralise(cell))).toBe(cell)
  },
)

test.each(['Mai Vang', '’t Hooft', "'t Hooft", 'O=K', '3/15/2025', ''])(
  'the cell %j is left alone',
  (cell) => {
    expect(neutralise(cell)).toBe(cell)
    expect(unneutralise(cell)).toBe(cell)
  },
)

test('every cell comes back as it was, and none begins as a formula', () => {
  const drawn = fc.string({
    unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '\0', ' ', 'a', '＝'),
  })
  fc.assert(
    fc.property(drawn, (cell) => {
      expect(unneutralise(neutralise(cell))).toBe(cell)
      expect(neutralise(cell)).not.toMatch(/^[\s\0]*[=+\-@＝]/)
    }),
    { numRuns: 2000 },
  )
})
