import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clearanceVerdict } from '#server/law/clearance.ts'
import { type ClearanceCause, clearanceCause } from '#server/law/clearance-cause.ts'
import { clearanceReasons } from '#server/law/clearance-reasons.ts'
import { doneBy } from '#server/law/facts/as-known.ts'
import { factsOf } from '#server/law/facts/facts.ts'
import { programsOf, situationAt } from '#server/law/reasons/situation.ts'
import { standing } from '#server/law/standing.ts'
import { addDays } from '#server/lib/days.ts'
import { atNorthStar, certifiedBetween, facts as checked, cleared, done, elsewhere } from './asking.ts'
import { drawnDay, drawnFacts } from './drawn-facts.ts'

const trained = [done('2024-02-05')]

describe('may this person have direct contact today', () => {
  test('yes, until the yearly due date', () => {
    const answer = cleared(atNorthStar({}, trained), '2024-06-01')
    expect(answer).toMatchObject({ answer: 'yes', until: '2025-02-28' })
    expect(answer.because[0]).toBe('Yes, until February 28, 2025.')
    expect(answer.because.join(' ')).toContain('February 5, 2024')
    expect(answer.because.at(-1)).toMatch(/^Next: take the approved course again/)
  })

  test('no, without the initial training, and what to do next', () => {
    const answer = cleared(atNorthStar({}), '2024-06-01')
    expect(answer).toMatchObject({ answer: 'no', until: null })
    expect(answer.because[0]).toBe('No: the initial training is not complete on June 1, 2024.')
    expect(answer.because.at(-1)).toBe(
      'Next: no direct contact until the approved training is complete, with its certificate.',
    )
  })

  test('no, after the yearly due date', () => {
    const answer = cleared(atNorthStar({}, trained), '2025-03-01')
    expect(answer.answer).toBe('no')
    expect(answer.because[0]).toBe('No: the yearly date of February 28, 2025 has passed.')
  })

  test('answers for a person about to start as if contact were that day', () => {
    expect(cleared(atNorthStar({ contact: [] }), '2024-02-05').answer).toBe('no')
    expect(cleared(atNorthStar({ contact: [] }, trained), '2024-02-06')).toMatchObject({
      answer: 'yes',
      until: '2025-02-28',
    })
    expect(
      cleared(atNorthStar({ contact: [{ from: '2024-02-10', to: '2024-05-31' }] }, trained), '2025-03-01')
        .answer,
    ).toBe('no')
  })

  test('if contact began earlier, a late completion clears from its own day on', () => {
    const late = atNorthStar({}, [done('2024-03-01')])
    expect(cleared(late, '2024-02-29').answer).toBe('no')
    expect(cleared(late, '2024-03-01')).toMatchObject({ answer: 'yes', until: '2025-03-31' })
  })

  test('no on leave, even with current training, and a yes ends the day before a leave', () => {
    const leave = [{ from: '2025-01-15', to: '2025-02-14' }]
    const asked = (on: string) => cleared(atNorthStar({ leave }, trained), on)
    expect(asked('2025-01-14')).toMatchObject({ answer: 'yes', until: '2025-01-14', on_leave: false })
    const answer = asked('2025-02-01')
    expect(answer).toMatchObject({ answer: 'no', until: null, on_leave: true })
    expect(answer.because).toEqual([
      'No: on leave from North Star House on February 1, 2025.',
      'Leave: from January 15, 2025 through February 14, 2025.',
      'The training is in order.',
    ])
    expect(asked('2025-02-15')).toMatchObject({ answer: 'yes', until: '2025-02-28', on_leave: false })
    const untrained = cleared(atNorthStar({ leave }), '2025-02-01')
    expect(untrained.because.at(-1)).toBe(
      'Next: complete the initial training; the yearly date is counted from it.',
    )
  })

  test('no on leave, even with the setting that leave does not suspend dates', () => {
    const leave = [{ from: '2025-01-15', to: '2025-02-14' }]
    const facts = atNorthStar({ leave }, trained, { settings: { leave: 'keeps-running' } })
    expect(cleared(facts, '2025-02-01')).toMatchObject({ answer: 'no', on_leave: true })
  })

  test('no for a person not on the roster: before hire, after leaving, never hired', () => {
    const facts = atNorthStar(
      { separated_on: '2024-12-31', contact: [{ from: '2024-02-10', to: '2024-12-31' }] },
      trained,
    )
    expect(cleared(facts, '2024-01-31').answer).toBe('no')
    expect(cleared(facts, '2024-12-31')).toMatchObject({ answer: 'yes', until: '2024-12-31' })
    expect(cleared(facts, '2025-01-01').because[0]).toBe(
      'No: not on the roster of North Star House on January 1, 2025.',
    )
    expect(cleared(atNorthStar({}, trained, { assignments: [] }), '2024-06-01').answer).toBe('no')
  })

  test('yes, as far as this training is concerned, if the program is not certified that day', () => {
    const facts = atNorthStar({}, [], { programs: certifiedBetween(['2025-09-15']) })
    const answer = cleared(facts, '2025-06-01')
    expect(answer).toMatchObject({ answer: 'yes', until: '2025-09-14' })
    expect(answer.because[0]).toBe(
      'Yes, as far as this training is concerned: North Star House is not certified for it on June 1, 2025.',
    )
    expect(answer.because.at(-1)).toContain('The answer holds through September 14, 2025.')
    expect(cleared(atNorthStar({}, [], { programs: certifiedBetween() }), '2025-06-01')).toMatchObject({
      answer: 'yes',
      until: null,
    })
    expect(cleared(facts, '2025-09-15').answer).toBe('no')
  })

  test('people hired before August 2022 are cleared through January 1, 2023', () => {
    const facts = atNorthStar({ hired_on: '2020-05-01', contact: [] })
    expect(cleared(facts, '2022-09-01')).toMatchObject({ answer: 'yes', until: '2023-01-01' })
    expect(cleared(facts, '2023-01-02').answer).toBe('no')
  })

  test('each program has its own answer', () => {
    const facts = {
      ...atNorthStar({}, trained),
      programs: [...atNorthStar({}).programs!, { id: 'lakeside', certifications: [] }, { id: 'unknown' }],
      assignments: [
        ...atNorthStar({}).assignments!,
        { program: 'lakeside', hired_on: '2024-03-01', contact: [{ from: '2024-03-01' }] },
        { program: 'unknown', hired_on: '2024-03-01', contact: [{ from: '2024-03-01' }] },
      ],
    }
    expect(cleared(facts, '2025-04-01', 'north-star').answer).toBe('no')
    expect(cleared(facts, '2025-04-01', 'lakeside').answer).toBe('yes')
    expect(cleared(facts, '2025-04-01', 'unknown').answer).toBe('unknown')
  })
})

describe('clearance is never “yes” on a missing fact', () => {
  test.each([
    [
      'a hire whose day nothing bounds',
      atNorthStar({ hired_on: null, contact: null }, trained),
      'The day of hire at North Star House is not on file',
    ],
    [
      'approval',
      atNorthStar({}, [done('2024-02-05', { approved: null })]),
      'whether the commissioner had approved the version completed is not on file',
    ],
    [
      'the day of completion',
      atNorthStar({}, [{ ...trained[0]!, completed_on: null }]),
      'the day of completion is not on file',
    ],
  ])('%s: unknown, with the missing fact named', (_, facts, words) => {
    const answer = cleared(facts, '2024-06-01')
    expect(answer).toMatchObject({ answer: 'unknown', until: null })
    expect(answer.because[0]).toBe('Not known: a fact that the answer needs is not on file.')
    expect(answer.because.join(' ')).toContain(words)
  })

  test.each([
    [
      'certification',
      atNorthStar({}, trained, { programs: [{ id: 'north-star', name: 'North Star House' }] }),
    ],
    ['the day a certification began', atNorthStar({}, trained, { programs: certifiedBetween([null]) })],
    ['the day of hire', atNorthStar({ hired_on: null }, trained)],
    ['contact', atNorthStar({ contact: null }, trained)],
    ['the day contact began', atNorthStar({ contact: [{ from: null }] }, trained)],
  ])('%s: yes where every value says yes, until the earliest of their dates', (_, facts) => {
    expect(cleared(facts, '2024-06-01')).toMatchObject({ answer: 'yes', until: '2025-02-28' })
    expect(cleared(facts, '2025-03-01').answer).not.toBe('yes')
  })

  test('no without any training, whatever else is missing', () => {
    expect(cleared(atNorthStar({ contact: null }), '2024-06-01').answer).toBe('no')
    expect(cleared(atNorthStar({ contact: [{ from: null }] }), '2024-06-01').answer).toBe('no')
    expect(cleared(atNorthStar({ hired_on: null }), '2024-06-01').answer).toBe('no')
    expect(cleared(atNorthStar({ hired_on: null, contact: null }), '2022-10-01').answer).toBe('unknown')
    expect(cleared(atNorthStar({ contact: [{ from: null }] }, trained), '2025-03-01').answer).toBe('no')
  })

  test('an accepted training without a subject on file does not renew', () => {
    const facts = atNorthStar({}, trained, {
      outside: [elsewhere(null, '2025-01-20', { human_trafficking: null })],
    })
    expect(cleared(facts, '2025-02-01').answer).toBe('yes')
    expect(cleared(facts, '2025-03-01').answer).toBe('unknown')
  })
})

describe('in generated lives', () => {
  test('a person in contact is cleared exactly when every residential requirement is current', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const facts = checked(written)
        const answer = standing(facts, on)
        for (const { program, answer: said } of answer.clearance) {
          const rows = answer.requirements.filter((row) => row.program === program)
          const place = facts.programs.find(({ id }) => id === program)!
          const { contact, roster, onLeave } = situationAt(facts, place, on)
          if (contact !== 'in' || roster !== 'on' || onLeave) continue
          // With a missing fact, a row may be unknown although clearance is certain.
          if (rows.some(({ standing }) => standing === 'unknown')) continue
          const inOrder = rows.every(({ standing }) =>
            ['current', 'due_soon', 'not_required'].includes(standing),
          )
          expect(said === 'yes').toBe(inOrder)
        }
      }),
      { numRuns: 250 },
    )
  })

  test('a yes is valid through its last day, but not the day after', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const facts = checked(written)
        const seen = doneBy(facts, on)
        for (const { program, answer, until } of standing(facts, on).clearance) {
          if (answer !== 'yes') expect(until).toBeNull()
          if (answer !== 'yes' || until === null) continue
          const on_ = (day: string) =>
            standing(seen, day).clearance.find((each) => each.program === program)!.answer
          expect(until >= on).toBe(true)
          expect(on_(until)).toBe('yes')
          expect(on_(addDays(until, 1))).not.toBe('yes')
        }
      }),
      { numRuns: 200 },
    )
  })

  test('a person without any training is never cleared in a certified program after January 1, 2023', () => {
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        if (on <= '2023-01-01') return
        const facts = checked({ ...written, completions: [], outside: [] })
        for (const { program, answer } of standing(facts, on).clearance) {
          const place = facts.programs.find(({ id }) => id === program)!
          if (situationAt(facts, place, on).certified !== 'no') expect(answer).not.toBe('yes')
        }
      }),
      { numRuns: 300 },
    )
  })
})

test('records that cannot all be true leave clearance unknown at their own program, and only there (R17)', () => {
  const certifications = [{ type: 'st-cse-at-risk' as const, from: '2022-01-01' }]
  const known = factsOf({
    programs: ['north-star', 'river-bend'].map((id) => ({ id, certifications })),
    assignments: [
      { program: 'north-star', hired_on: '2024-03-10', contact: [{ from: '2024-03-01' }] },
      { program: 'river-bend', hired_on: '2024-03-10', contact: [{ from: '2024-03-10' }] },
    ],
    completions: [done('2024-02-20')],
  })
  expect(standing(known, '2024-04-01').clearance).toMatchObject([
    { program: 'north-star', answer: 'unknown', until: null },
    { program: 'river-bend', answer: 'yes', until: '2025-02-28' },
  ])
})

test('the cause of an answer that is not yes is one of a fixed list, and the first reason says the same', () => {
  const first: Readonly<Record<ClearanceCause, RegExp>> = {
    'records-conflict': /^Not known: records conflict/,
    'not-on-roster': /^No: not on the roster/,
    'on-leave': /^No: on leave/,
    'missing-fact': /^Not known: a fact|^No: whatever the missing fact/,
    'initial-training': /^No: the initial training is not complete/,
    'annual-training': /^No: the yearly date/,
  }
  const seen = new Set<ClearanceCause>()
  fc.assert(
    fc.property(drawnFacts, drawnDay, (written, on) => {
      const life = checked(written)
      for (const program of programsOf(life)) {
        const verdict = clearanceVerdict(life, program, on)
        const cause = clearanceCause(verdict)
        expect(cause === null).toBe(verdict.answer === 'yes')
        if (cause === null) continue
        seen.add(cause)
        expect(clearanceReasons(verdict, null)[0]).toMatch(first[cause])
      }
    }),
    { numRuns: 400 },
  )
  expect(seen.size).toBeGreaterThan(3)
})
