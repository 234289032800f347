import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countDays, covers, joined, overlap, type Period, without } from '#server/law/facts/periods.ts'
import { addDays } from '#server/lib/days.ts'

const drawn = fc.array(
  fc.tuple(fc.nat(60), fc.option(fc.nat(15), { nil: null, freq: 6 })).map(
    ([from, length]): Period => ({
      from: addDays('2024-01-01', from),
      to: length === null ? null : addDays('2024-01-01', from + length),
    }),
  ),
  { maxLength: 5 },
)
const days = Array.from({ length: 80 }, (_, index) => addDays('2023-12-30', index))

test('joined, overlap and without return exactly the right days', () => {
  fc.assert(
    fc.property(drawn, drawn, (a, b) => {
      for (const day of days) {
        const inA = a.some(({ from, to }) => from <= day && (to === null || day <= to))
        const inB = b.some(({ from, to }) => from <= day && (to === null || day <= to))
        expect(covers(joined(a), day)).toBe(inA)
        expect(covers(overlap(a, b), day)).toBe(inA && inB)
        expect(covers(without(a, b), day)).toBe(inA && !inB)
      }
    }),
  )
})

test('results are sorted and never touch', () => {
  fc.assert(
    fc.property(drawn, drawn, (a, b) => {
      for (const periods of [joined(a), overlap(a, b), without(a, b)])
        for (const [index, period] of periods.entries()) {
          const next = periods[index + 1]
          expect(period.to === null || period.from <= period.to).toBe(true)
          if (next) expect(period.to !== null && addDays(period.to, 1) < next.from).toBe(true)
        }
    }),
  )
})

test('counting days includes both ends', () => {
  expect(countDays([{ from: '2026-04-01', to: '2026-05-06' }])).toBe(36)
  expect(countDays([])).toBe(0)
})
