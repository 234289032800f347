import { expect, test } from 'vitest'
import { moduleDays } from '#server/learning/progress/module-days.ts'

const modules = [
  { slug: 'one', number: 1, title: 'One' },
  { slug: 'two', number: 2, title: 'Two' },
]

test('a finished course lists the day each module was passed, in Minnesota time', () => {
  const passedAt = new Map([
    ['one', new Date('2026-03-01T12:00:00Z')],
    ['two', new Date('2026-03-03T04:00:00Z')],
  ])
  expect(moduleDays(modules, passedAt).map(({ completed_on }) => completed_on)).toEqual([
    '2026-03-01',
    '2026-03-02',
  ])
})

test('a module without a pass throws instead of printing a date', () => {
  const passedAt = new Map([['one', new Date('2026-03-01T12:00:00Z')]])
  expect(() => moduleDays(modules, passedAt)).toThrow('module 2 (two) has no pass')
})
