import type { Standing } from '#server/law/reasons/answer-schema.ts'
import { type Day, daysBetween, formatDay } from '#server/lib/days.ts'

type StandingFacts = Readonly<{
  requirement: string
  /** R17 when the records conflict. */
  rule: string
  standing: Standing
  due_on: Day | null
  satisfied_on: Day | null
  late_days: number
}>

/** A standing in a few words, with its date: "Due by March 31, 2027". */
export function standingWords(
  { requirement, rule, standing, due_on, satisfied_on, late_days }: StandingFacts,
  today: Day,
): string {
  const late = late_days > 0 ? `, once completed ${days(late_days)} late` : ''
  switch (standing) {
    case 'not_required':
      if (!satisfied_on)
        return requirement === 'residential-initial' ? 'Not required today; not done' : 'Not required today'
      return `Not required today; done on ${formatDay(satisfied_on)}${late && `, ${days(late_days)} late`}`
    case 'due_before_contact':
      return 'Before direct contact begins'
    case 'current':
      if (requirement === 'residential-annual' && due_on) return `Current until ${formatDay(due_on)}${late}`
      return satisfied_on
        ? `Done on ${formatDay(satisfied_on)}${late && `, ${days(late_days)} late`}`
        : due_on
          ? `Must be done by ${formatDay(due_on)}`
          : 'Current'
    case 'due_soon':
      return due_on ? `Due by ${formatDay(due_on)}, in ${days(daysBetween(today, due_on))}` : 'Due soon'
    case 'overdue':
      return due_on ? `Was due by ${formatDay(due_on)}, ${days(daysBetween(due_on, today))} ago` : 'Overdue'
    case 'not_cleared':
      return requirement.startsWith('residential')
        ? 'Not done, and direct contact has begun'
        : 'Not done, and child-protection duties have begun'
    case 'unknown':
      return rule === 'R17' ? 'Unknown: records conflict' : 'Unknown: a fact is missing on file'
  }
}

/** The shape that shows a standing on a page. Only residential training can say "not cleared" for direct contact. */
export function standingShape({
  requirement,
  standing,
  satisfied_on,
}: Pick<StandingFacts, 'requirement' | 'standing' | 'satisfied_on'>): string {
  // A requirement that is not done yet must never look current, however far away its date is.
  if (standing === 'current' && satisfied_on === null) return 'not-due-yet'
  if (standing === 'not_cleared' && !requirement.startsWith('residential')) return 'not-done'
  return standing.replaceAll('_', '-')
}

const days = (count: number) => (count === 1 ? '1 day' : `${count} days`)
