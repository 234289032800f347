import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Facts, factsOf } from '#server/law/facts/facts.ts'
import { readFacts } from '#server/law/facts/facts-check.ts'
import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import type { Answer } from '#server/law/reasons/answer-schema.ts'
import { possibleFacts } from '#server/law/residential/possible-facts.ts'
import { annualDue, annualTurns } from '#server/law/residential/training-validity.ts'
import { findings, standing } from '#server/law/standing.ts'
import { addDays, type Day, dayOf } from '#server/lib/days.ts'
import { drawnDay, drawnFacts, drawnWorkingLife, firstDay } from './drawn-facts.ts'

const runs = { numRuns: 250 }

function factsIn(written: WrittenFacts): Facts {
  const read = readFacts(written)
  if (!read.ok) throw new Error(`a drawn life did not pass the check: ${JSON.stringify(read.problems)}`)
  return read.facts
}

function rowsOf({ requirements }: Answer, requirement: string) {
  return requirements.filter((row) => row.requirement === requirement)
}

describe('for any facts', () => {
  test('the rules answer, and every row has a program and an explanation', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const answer = standing(factsIn(written), on)
        expect(answer.requirements.length).toBe(
          4 + 3 * new Set(written.child_protection?.map(({ agency }) => agency)).size,
        )
        for (const row of answer.requirements) {
          expect(row.explanation.length).toBeGreaterThan(1)
          expect(row.late_days).toBeGreaterThanOrEqual(0)
          expect(row.explanation.some((sentence) => sentence.includes(row.citation))).toBe(true)
          expect(row.explanation.some((sentence) => sentence.startsWith(`Rule ${row.rule}:`))).toBe(true)
          expect(row.explanation.at(-1)).toMatch(/^Next: /)
          for (const sentence of row.explanation) expect(sentence).toMatch(/^\S.*\.$/)
        }
        for (const row of answer.clearance) expect(row.because.length).toBeGreaterThan(0)
      }),
      runs,
    )
  })

  test('checking any value returns problems and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue()), (anything) => {
        const read = readFacts(anything)
        if (read.ok) standing(read.facts, '2026-04-01')
        else
          for (const { path, message } of read.problems)
            expect([typeof path, typeof message]).toEqual(['string', 'string'])
      }),
      { numRuns: 2000 },
    )
  })

  test('facts with any value in place of a fact are refused with a path or answered', () => {
    const places = ['programs', 'assignments', 'completions', 'outside', 'child_protection', 'settings']
    fc.assert(
      fc.property(
        drawnFacts,
        fc.constantFrom(...places),
        fc.jsonValue(),
        fc.integer(),
        (written, place, value, pick) => {
          const spoilt = structuredClone(written) as Record<string, unknown>
          const list = spoilt[place]
          const fact = Array.isArray(list) ? list[Math.abs(pick) % Math.max(1, list.length)] : list
          const keys = Object.keys(fact ?? {})
          if (!fact || keys.length === 0) return
          ;(fact as Record<string, unknown>)[keys[Math.abs(pick) % keys.length]!] = value
          const read = readFacts(spoilt)
          if (read.ok) standing(read.facts, '2026-04-01')
          else expect(read.problems.every(({ path }) => path !== '')).toBe(true)
        },
      ),
      runs,
    )
  })
})

describe('time', () => {
  const days = fc.array(drawnDay, { minLength: 1, maxLength: 6 }).map((list) => [...list].sort())
  const anchor = fc.constantFrom('re-anchor' as const, 'keep-month' as const)
  const training = factsOf({
    completions: [{ course: 'residential-settings', approved: true, completed_on: null }],
  }).trainings[0]!
  const lastDue = (list: readonly Day[], kind: 're-anchor' | 'keep-month') =>
    annualTurns(
      list.map((day) => ({ training, day, held: day })),
      kind,
    ).at(-1)!.due

  test('a later completion never makes an earlier yearly date', () => {
    fc.assert(
      fc.property(days, fc.nat(400), (list, more) => {
        const later = addDays(list.at(-1)!, more)
        expect(lastDue([...list, later], 're-anchor') >= lastDue(list, 're-anchor')).toBe(true)
        expect(lastDue([...list.slice(0, -1), later], 're-anchor') >= lastDue(list, 're-anchor')).toBe(true)
        expect(annualDue(later) >= annualDue(list.at(-1)!)).toBe(true)
      }),
    )
  })

  test('no yearly date is later than 12 months and 90 days after a training, at the month’s end', () => {
    fc.assert(
      fc.property(days, anchor, (list, kind) => {
        expect(lastDue(list, kind) <= annualDue(addDays(list.at(-1)!, 90))).toBe(true)
      }),
    )
  })

  test('a later completion never makes an earlier due date, in any life', () => {
    let compared = 0
    fc.assert(
      fc.property(drawnWorkingLife, fc.nat(500), fc.nat(500), (written, later, since) => {
        const last = factsIn(written).trainings.reduce(
          (day, each) => (each.day && each.day > day ? each.day : day),
          firstDay,
        )
        const day = addDays(last, later + 1)
        const on = addDays(day, since)
        const one = { course: 'residential-settings', approved: true, completed_on: day, program: 'one' }
        // With keep-month, a training long before its due date is counted from its own day.
        const life = { ...written, settings: { ...written.settings, annual_anchor: 're-anchor' as const } }
        const before = standing(factsIn(life), on)
        const after = standing(factsIn({ ...life, completions: [...(written.completions ?? []), one] }), on)
        for (const requirement of ['residential-initial', 'residential-annual'])
          for (const [index, { due_on: due }] of rowsOf(before, requirement).entries()) {
            const { due_on: then, standing: afterwards } = rowsOf(after, requirement)[index]!
            if (due === null) continue
            if (requirement === 'residential-annual') compared++
            // What is done before a certification begins has no date to meet there any more.
            if (then === null) expect(afterwards).toBe('not_required')
            else expect(then >= due).toBe(true)
          }
      }),
      runs,
    )
    // Without any yearly dates, this test would prove nothing.
    expect(compared).toBeGreaterThan(100)
  })

  test('a training done after a day changes nothing on that day', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const facts = factsIn(written)
        const seen = { ...facts, trainings: facts.trainings.filter(({ day }) => day === null || day <= on) }
        expect(standing(facts, on)).toEqual(standing(seen, on))
      }),
      runs,
    )
  })

  test('the order of facts doesn’t matter', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const turned: WrittenFacts = {
          ...written,
          assignments: [...(written.assignments ?? [])].reverse(),
          completions: [...(written.completions ?? [])].reverse(),
          outside: [...(written.outside ?? [])].reverse(),
        }
        const rows = (facts: WrittenFacts) =>
          findings(factsIn(facts), on).map(({ standing, due_on, satisfied_on, late_days, rule }) => ({
            standing,
            due_on,
            satisfied_on,
            late_days,
            rule,
          }))
        expect(rows(turned)).toEqual(rows(written))
      }),
      runs,
    )
  })
})

describe('as known then', () => {
  test('an answer does not depend on what was recorded later', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, drawnDay, (written, on, known) => {
        expect(standing(factsIn(knownBy(written, known)), on, known)).toEqual(
          standing(factsIn(written), on, known),
        )
      }),
      runs,
    )
  })

  test('after everything is recorded, “as known then” equals “as known now”', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const facts = factsIn(written)
        expect(standing(facts, on, '2199-12-31')).toEqual(standing(facts, on))
      }),
      runs,
    )
  })

  /** The same facts without those recorded after a day. Ids keep their positions. */
  function knownBy(written: WrittenFacts, known: Day): WrittenFacts {
    const until = <T extends { recorded_on?: Day | null }>(fact: T) =>
      !fact.recorded_on || fact.recorded_on <= known
    const done = <T extends { recorded_on?: Day | null }>(fact: T, day: Day | null | undefined) =>
      until({ recorded_on: fact.recorded_on ?? day ?? null })
    return {
      ...written,
      completions: (written.completions ?? []).filter((each) =>
        done(each, each.completed_at ? dayOf(each.completed_at) : each.completed_on),
      ),
      outside: (written.outside ?? []).filter((each) => done(each, each.completed_on)),
      assignments: (written.assignments ?? []).filter(until),
      child_protection: (written.child_protection ?? []).filter(until),
    }
  }
})

describe('an explanation', () => {
  // Drawn with seed 406652678: where the earlier employment began by then, the undated completion sets the date.
  const hiredAndTrainedOnUnknownDays: WrittenFacts = {
    programs: [
      { id: 'one', certifications: [{ type: 'st-cse-at-risk', from: '2021-01-01', to: null }] },
      { id: 'two', certifications: null },
    ],
    assignments: [
      { program: 'one', hired_on: null, separated_on: '2022-07-24', contact: null, leave: [] },
      {
        program: 'one',
        hired_on: '2022-07-28',
        separated_on: null,
        contact: [
          { from: null, to: '2022-09-19', from_at: null },
          { from: '2023-01-02', to: '2023-01-02', from_at: null },
        ],
        leave: [],
      },
    ],
    completions: [
      { course: 'residential-settings', approved: true, completed_on: null },
      { course: 'residential-settings', approved: true, completed_on: '2023-01-02' },
    ],
  }

  test('names every training that the verdict depends on', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const facts = factsIn({ ...written, settings: { ...written.settings, annual_anchor: 're-anchor' } })
        for (const [index, finding] of findings(facts, on).entries()) {
          // With too many missing facts no way is looked at, and with one training fewer they may be few enough.
          const program = facts.programs.find(({ id }) => id === finding.program)
          if (program && [...possibleFacts(facts, program, on)].length === 0) continue
          const named = new Set(finding.reasons().flatMap((reason) => reason.facts))
          const only = { ...facts, trainings: facts.trainings.filter(({ ref }) => named.has(ref)) }
          const { reasons: _, ...verdict } = finding
          const { reasons: __, ...again } = findings(only, on)[index]!
          if (finding.standing !== 'not_required') expect(again).toEqual(verdict)
        }
      }),
      { ...runs, examples: [[hiredAndTrainedOnUnknownDays, '2023-01-02']] },
    )
  })

  test('describes each fact with its own days', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const facts = factsIn(written)
        const known = new Map<string, readonly (Day | null)[]>([
          ...facts.trainings.map(({ ref, day }) => [ref, [day]] as const),
          ...facts.assignments.flatMap(({ ref, hiredOn, separatedOn, contact, leave }) => [
            [ref, [hiredOn, separatedOn]] as const,
            ...[...(contact ?? []), ...leave].map(
              (period) => [period.ref, [period.from, period.to]] as const,
            ),
          ]),
          ...facts.programs.flatMap(({ ref, certifications }) => [
            [ref, []] as const,
            ...(certifications ?? []).map((each) => [each.ref, [each.from, each.to]] as const),
          ]),
          ...facts.duties.map(({ ref, hiredOn, from, to }) => [ref, [hiredOn, from, to]] as const),
        ])
        for (const { reasons, due_on, satisfied_on, standing } of findings(facts, on)) {
          const told = reasons()
          const text = told.map((reason) => reason.text).join('\n')
          const named = told.flatMap((reason) => reason.facts)
          expect(named.filter((ref) => !known.has(ref))).toEqual([])
          const own = named.flatMap((ref) => known.get(ref) ?? [])
          const days = standing === 'not_required' ? own : [...own, due_on, satisfied_on]
          expect(days.filter((day) => day !== null && !text.includes(inWords(day)))).toEqual([])
        }
      }),
      runs,
    )
  })

  const longDay = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' })

  function inWords(day: Day): string {
    return longDay.format(new Date(day))
  }
})
