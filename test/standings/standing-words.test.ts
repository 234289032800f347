import { expect, test } from 'vitest'
import { childProtectionExamples } from '#server/law/examples/examples-child-protection.ts'
import { factsOf } from '#server/law/facts/facts.ts'
import { reviewPerson } from '#server/oversight/reviews/review-people.ts'
import { isIn } from '#server/oversight/team/team.ts'
import { standingShape, standingWords } from '#server/standings/standing-words.ts'
import { ask } from '#test/law/asking.ts'

const today = '2026-11-23'
const initial = {
  requirement: 'residential-initial',
  rule: 'R1',
  standing: 'not_required',
  due_on: null,
  satisfied_on: null,
  late_days: 0,
} as const

test('a requirement that doesn’t apply today says whether it was done', () => {
  expect(standingWords(initial, today)).toBe('Not required today; not done')
  expect(standingWords({ ...initial, satisfied_on: '2026-01-05' }, today)).toBe(
    'Not required today; done on January 5, 2026',
  )
  expect(standingWords({ ...initial, satisfied_on: '2026-01-05', late_days: 3 }, today)).toBe(
    'Not required today; done on January 5, 2026, 3 days late',
  )
})

test('an unfinished requirement is never shown as current, however far away its date is', () => {
  const open = { requirement: 'child-protection-foundation', standing: 'current' } as const
  expect(standingShape({ ...open, satisfied_on: null })).toBe('not-due-yet')
  expect(standingShape({ ...open, satisfied_on: '2026-02-01' })).toBe('current')
})

test('conflicting records are not described as a missing fact', () => {
  expect(standingWords({ ...initial, standing: 'unknown', rule: 'R17' }, today)).toBe(
    'Unknown: records conflict',
  )
  expect(standingWords({ ...initial, standing: 'unknown' }, today)).toBe('Unknown: a fact is missing on file')
})

test('the foundation training card names the same day in its status and its next step', () => {
  const facts = childProtectionExamples[1]!.cases[0]!.facts
  const row = ask(facts, '2026-09-01').requirements.find(
    ({ requirement }) => requirement === 'child-protection-foundation',
  )!
  expect(standingWords(row, '2026-09-01')).toContain('February 28, 2027')
  expect(row.explanation.at(-1)).toContain('by February 28, 2027')
})

test('a child-protection requirement without a deadline is “not done,” not “overdue”', () => {
  const row = (requirement: string) =>
    ({ is_on_leave: false, standings: [{ ...initial, requirement, standing: 'not_cleared' }] }) as never
  expect(isIn('overdue', row('child-protection-trafficking'), today)).toBe(false)
  expect(isIn('overdue', row('residential-initial'), today)).toBe(true)
})

test('leave is described by its own first day, and ended contact by its last day', () => {
  const period = (from_on: string, to_on: string | null) => ({ id: from_on, from_on, from_at: null, to_on })
  const wordsFor = (contact: readonly object[], leave: readonly object[]) => {
    const assignment = {
      assignment_id: 'a',
      program_id: 'north-star',
      worker_type: 'employee',
      role_title: '',
      hired_on: '2025-01-06',
      separated_on: null,
      duties_from: null,
      duties_to: null,
      contact,
      leave,
    }
    const days = (periods: readonly object[]) =>
      (periods as { from_on: string; to_on: string | null }[]).map(({ from_on, to_on }) => ({
        from: from_on,
        to: to_on,
      }))
    const facts = factsOf({
      programs: [{ id: 'north-star', certifications: [] }],
      assignments: [
        { program: 'north-star', hired_on: '2025-01-06', contact: days(contact), leave: days(leave) },
      ],
    })
    const person = { person_id: 'p', name: '', email: '', is_confidential: false, assignments: [assignment] }
    return reviewPerson(person as never, facts, 'north-star', today)!.contact_words
  }
  expect(wordsFor([period('2025-01-10', null)], [])).toBe('In direct contact, since January 10, 2025')
  expect(wordsFor([period('2025-01-10', null)], [period('2026-11-02', null)])).toBe(
    'On leave, since November 2, 2026',
  )
  expect(wordsFor([period('2025-01-10', '2026-06-30')], [])).toBe(
    'Direct contact has ended, last day June 30, 2026',
  )
})
