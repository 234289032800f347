import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clearance, clearanceVerdict } from '#server/law/clearance.ts'
import type { ClearanceVerdict } from '#server/law/clearance-reasons.ts'
import { doneBy } from '#server/law/facts/as-known.ts'
import { readFacts } from '#server/law/facts/facts-check.ts'
import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import { nextChangeOn, stored, upcoming } from '#server/law/next-change.ts'
import { programsOf } from '#server/law/reasons/situation.ts'
import { findings } from '#server/law/standing.ts'
import { addDays, type Day } from '#server/lib/days.ts'
import { drawnDay, drawnFacts } from './drawn-facts.ts'

const horizon = 500

/** The day after the hire, contact whose days are not on file may have ended already, and the rule is another. */
const hiredThatDay: [WrittenFacts, Day] = [
  {
    programs: [
      {
        id: 'one',
        name: 'House One',
        holder: 'First',
        certifications: [{ type: 'st-cse-at-risk', from: '2021-01-01', to: null }],
      },
    ],
    assignments: [{ program: 'one', hired_on: '2021-06-08', separated_on: null, contact: null, leave: [] }],
    completions: [],
    outside: [],
    child_protection: [],
  },
  '2021-06-08',
]

describe('the day on which a stored verdict next changes', () => {
  test('is the day that checking every day would find', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const read = readFacts(written)
        if (!read.ok) throw new Error(JSON.stringify(read.problems))
        const facts = doneBy(read.facts, on)
        const told = upcoming(read.facts, on)
        const now = findings(facts, on).map(stored)
        const last = addDays(on, horizon)
        for (const [index, row] of told.requirements.entries()) {
          const { next_change_on, ...verdict } = row
          expect(verdict).toEqual(now[index])
          expect(next_change_on === null || next_change_on > on).toBe(true)
        }
        const changed = now.map((): Day | null => null)
        for (let day = addDays(on, 1); day <= last && changed.includes(null); day = addDays(day, 1))
          for (const [index, finding] of findings(facts, day).entries())
            if (changed[index] === null && JSON.stringify(stored(finding)) !== JSON.stringify(now[index]))
              changed[index] = day
        for (const [index, day] of changed.entries()) {
          const { next_change_on } = told.requirements[index]!
          expect(next_change_on !== null && next_change_on <= last ? next_change_on : null).toBe(day)
        }
      }),
      { numRuns: 25, examples: [hiredThatDay] },
    )
  }, 120_000)

  test('is the last day of duties whose first day is not on file', () => {
    const read = readFacts({
      programs: [],
      assignments: [],
      completions: [],
      outside: [],
      child_protection: [
        { agency: 'county', hired_on: '2026-06-02', duties_from: null, duties_to: '2026-06-04' },
      ],
    })
    if (!read.ok) throw new Error(JSON.stringify(read.problems))
    const [trafficking] = upcoming(read.facts, '2026-06-02').requirements
    expect(trafficking).toMatchObject({ standing: 'unknown', next_change_on: '2026-06-04' })
    expect(findings(doneBy(read.facts, '2026-06-02'), '2026-06-04')[0]).toMatchObject({
      standing: 'not_cleared',
    })
  })

  test('for clearance is the day after the last yes, or the day a leave begins or ends', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const read = readFacts(written)
        if (!read.ok) throw new Error(JSON.stringify(read.problems))
        const facts = doneBy(read.facts, on)
        const told = upcoming(read.facts, on)
        for (const program of programsOf(facts)) {
          const { answer, until, on_leave } = clearance(read.facts, program, on)
          const row = told.clearance.find((each) => each.program === program.id)!
          expect(row.answer).toBe(answer)
          if (answer === 'yes') expect(row.next_change_on).toBe(until === null ? null : addDays(until, 1))
          let changed: Day | null = null
          const isAnother = (verdict: ClearanceVerdict) =>
            verdict.answer !== answer || verdict.situation.onLeave !== on_leave
          for (
            let day = addDays(on, 1);
            day <= addDays(on, horizon) && changed === null;
            day = addDays(day, 1)
          )
            if (isAnother(clearanceVerdict(facts, program, day))) changed = day
          const said = row.next_change_on
          expect(said !== null && said <= addDays(on, horizon) ? said : null).toBe(changed)
        }
      }),
      { numRuns: 25 },
    )
  }, 120_000)

  test('for a person is the earliest of all, and null without facts', () => {
    expect(
      nextChangeOn(
        upcoming({ programs: [], assignments: [], trainings: [], duties: [], conflicts: [] }, '2026-04-01'),
      ),
    ).toBeNull()
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const read = readFacts(written)
        if (!read.ok) throw new Error(JSON.stringify(read.problems))
        const told = upcoming(read.facts, on)
        const days = [...told.requirements, ...told.clearance, told.lapses].flatMap(
          ({ next_change_on: day }) => day ?? [],
        )
        expect(nextChangeOn(told)).toBe(days.sort()[0] ?? null)
      }),
      { numRuns: 50 },
    )
  })
})
