import type { Day } from '#server/lib/days.ts'
import { type ClearanceLine, type ListedPerson, shownLine } from '#server/standings/clearance-list.ts'
import type { OnRoster } from './shift-people.ts'
import type { CheckedAnswer, CheckLine, Shift } from './shifts.queries.ts'

type Answer = ClearanceLine['answer']

/** How a person's answer looks: its shape and its words. */
function answerLook(answer: Answer, onLeave: boolean) {
  if (onLeave) return { shape: 'on-leave', words: 'On leave, not cleared' }
  return {
    yes: { shape: 'current', words: 'Cleared' },
    no: { shape: 'not-cleared', words: 'Not cleared' },
    unknown: { shape: 'unknown', words: 'Unknown, ask' },
  }[answer]
}

/** Who needs a decision comes first. */
const order: Readonly<Record<Answer, number>> = { no: 0, unknown: 1, yes: 2 }

/** A shift's people with the answer now, those who may not come first. */
export function shiftPage(shift: Shift, lines: readonly ClearanceLine[], today: Day) {
  const people = lines
    .toSorted((a, b) => order[a.answer] - order[b.answer])
    .map((line) => ({
      ...shownLine(line, false),
      ...answerLook(line.answer, line.on_leave),
      // A night shift goes on after the last day of this yes.
      endsAtMidnight: line.answer === 'yes' && line.until === today,
    }))
  const cleared = lines.filter(({ answer }) => answer === 'yes').length
  return { people, cleared, of: people.length + shift.unmatched.length }
}

/** Cleared people of the program who are not on the shift: those of its units first. */
export function standInsFor(
  shift: Shift,
  answers: readonly ListedPerson[],
  roster: readonly OnRoster[],
): readonly OnRoster[] {
  const here = new Map(roster.map((person) => [person.person_id, person]))
  const on = new Set(shift.person_ids)
  const units = new Set(shift.person_ids.flatMap((id) => here.get(id)?.unit || []))
  const isNear = ({ unit }: OnRoster) => (unit && units.has(unit) ? 0 : 1)
  return answers
    .filter(({ person_id, answer }) => answer === 'yes' && !on.has(person_id))
    .flatMap(({ person_id }) => here.get(person_id) ?? [])
    .toSorted((a, b) => isNear(a) - isNear(b))
}

const people = (count: number) => (count === 1 ? '1 person' : `${count} people`)

/** "6 people: all cleared", or how many were not. */
export function checkWords({ yes, no, unknown, unmatched }: CheckLine): string {
  const all = yes + no + unknown + unmatched
  if (yes === all) return `${people(all)}, ${all === 1 ? 'cleared' : 'all cleared'}`
  const parts = [
    ...(yes > 0 ? [`${yes} cleared`] : []),
    ...(no > 0 ? [`${no} not cleared`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(unmatched > 0 ? [`${unmatched} not on the roster`] : []),
  ]
  return `${people(all)}: ${parts.join(', ')}`
}

export const checkedLines = (answers: readonly CheckedAnswer[]) =>
  answers
    .toSorted((a, b) => order[a.answer] - order[b.answer])
    .map((one) => ({ ...one, ...answerLook(one.answer, one.on_leave) }))
