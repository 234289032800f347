import type { Day } from '#server/lib/days.ts'
import { type Reader, reader, type Typed } from '#server/programs/typed-form.ts'
import type { Assignment } from './assignment.ts'
import { type Decided, reasonMissing } from './assignment-forms.ts'
import { type Spell, type SpellKind, spellNames, spellProblem } from './periods.ts'
import { noChanges, type SpellRow } from './roster-changes.ts'

/** Direct contact begins, or a leave is recorded. */
export function decideSpell(
  kind: SpellKind,
  typed: Typed,
  today: Day,
  assignment: Assignment,
  spell_id: string,
): Decided {
  const form = reader(typed, today)
  return decide(kind, form, assignment, { spell_id, ...readSpell(kind, form) }, '')
}

/** Direct contact or a leave that goes on gets its last day. */
export function decideSpellEnd(
  kind: SpellKind,
  typed: Typed,
  today: Day,
  assignment: Assignment,
  spell: Spell,
): Decided {
  const form = reader(typed, today)
  const to_on = form.day('to_on', 'Enter the last day.')
  if (spell.to_on !== null)
    form.refuse('to_on', 'A last day is on record already. Correct the record to change it.')
  return decide(kind, form, assignment, { ...spell, to_on }, '')
}

/** What is on record of contact or leave, put right; where it never was, taken off. */
export function decideSpellCorrection(
  kind: SpellKind,
  typed: Typed,
  today: Day,
  assignment: Assignment,
  spell: Spell,
): Decided {
  const form = reader(typed, today)
  const reason = form.line('reason', reasonMissing, 500)
  if (typed.change !== 'remove')
    return decide(kind, form, assignment, { spell_id: spell.spell_id, ...readSpell(kind, form) }, reason)
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  const { assignment_id } = assignment
  const changes = { ...noChanges, removed: [{ kind, id: spell.spell_id }] }
  return {
    kind: 'changes',
    changes,
    reason,
    facts: { assignment_id, spell_id: spell.spell_id, removed: true },
  }
}

function readSpell(kind: SpellKind, form: Reader): Omit<Spell, 'row_id' | 'spell_id'> {
  const from_on = form.day('from_on', `Enter the first day of ${spellNames[kind].toLowerCase()}.`)
  const from_at = kind === 'contact' ? form.timeOn('from_time', from_on) : null
  return { from_on: from_on ?? '', from_at, to_on: form.day('to_on') }
}

function decide(
  kind: SpellKind,
  form: Reader,
  assignment: Assignment,
  { spell_id, from_on, from_at, to_on }: Omit<Spell, 'row_id'>,
  reason: string,
): Decided {
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  const { assignment_id, separated_on } = assignment
  // Who leaves has no contact afterwards: an open end is the last day of work.
  const spell: SpellRow = { kind, spell_id, assignment_id, from_on, from_at, to_on: to_on ?? separated_on }
  const others = assignment[kind].filter((other) => other.spell_id !== spell_id)
  const problem = spellProblem(kind, spell, assignment, others)
  if (problem) return { kind: 'problems', problems: [problem] }
  return {
    kind: 'changes',
    changes: { ...noChanges, spells: [spell] },
    reason,
    facts: { assignment_id, spell_id, from_on: spell.from_on, to_on: spell.to_on },
  }
}
