import { describe, expect, test } from 'vitest'
import { annualDates, workedExamples } from '#server/law/examples/worked-examples.ts'
import { readFacts } from '#server/law/facts/facts-check.ts'
import { annualDue } from '#server/law/residential/training-validity.ts'
import { standing } from '#server/law/standing.ts'

test('there are thirty-two numbered worked examples', () => {
  expect(workedExamples.map(({ number }) => number)).toEqual(
    Array.from({ length: 32 }, (_, index) => index + 1),
  )
})

for (const { number, title, cases } of workedExamples)
  describe(`example ${number}: ${title}`, () => {
    test.each(cases)('$what', ({ facts, on, requirement, clearance, refused }) => {
      const read = readFacts(facts)
      if (refused) {
        expect(read.ok ? [] : read.problems.map(({ path }) => path)).toEqual([refused])
        return
      }
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
