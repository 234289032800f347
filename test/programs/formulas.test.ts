import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeFormula, unescapeFormula } from '#server/programs/spreadsheet-formulas.ts'

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', "'=1", "''=1", '＝1+1', ' =1', '\u0000=1'])(
  'the cell %j can’t run as a formula, and can be restored',
  (cell) => {
    expect(escapeFormula(cell).startsWith("'")).toBe(true)
    expect(escapeFormula(cell)).not.toBe(cell)
    expect(unescapeFormula(escapeFormula(cell))).toBe(cell)
  },
)

test.each(['Mai Vang', '’t Hooft', "'t Hooft", 'O=K', '3/15/2025', ''])(
  'the cell %j is left alone',
  (cell) => {
    expect(escapeFormula(cell)).toBe(cell)
    expect(unescapeFormula(cell)).toBe(cell)
  },
)

test('escaping a cell can be undone, and no escaped cell runs as a formula', () => {
  const drawn = fc.string({
    unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '\0', ' ', 'a', '＝'),
  })
  fc.assert(
    fc.property(drawn, (cell) => {
      expect(unescapeFormula(escapeFormula(cell))).toBe(cell)
      expect(escapeFormula(cell)).not.toMatch(/^[\s\0]*[=+\-@＝]/)
    }),
    { numRuns: 2000 },
  )
})
