import { describe, expect, test } from 'vitest'
import { annualDue } from '#server/requirements/annual-clock.ts'
import { readFacts } from '#server/requirements/facts-check.ts'
import { standing } from '#server/requirements/standing.ts'
import { annualDates, workedExamples } from '#server/requirements/worked-examples.ts'

test('there are sixteen worked examples, each with its number', () => {
  expect(workedExamples.map(({ number }) => number)).toEqual(
    Array.from({ length: 16 }, (_, index) => index + 1),
  )
})

for (const { number, title, cases } of workedExamples)
  describe(`example ${number}: ${title}`, () => {
    test.each(cases)('$what', ({ facts, on, requirement, clearance }) => {
      const read = readFacts(facts)
      if (!read.ok) throw new Error(JSON.stringify(read.problems))
      const answer = standing(read.facts, on)
      if (requirement)
        expect(
          answer.requirements.find(
            (row) => row.requirement === requirement.requirement && row.program === requirement.program,
          ),
        ).toMatchObject(requirement)
      if (clearance)
        expect(answer.clearance.find(({ program }) => program === clearance.program)).toMatchObject(clearance)
      expect(requirement ?? clearance).toBeDefined()
    })
  })

test.each(annualDates)('finished on %s, the next is due by %s', (completed, due) => {
  expect(annualDue(completed)).toBe(due)
})
