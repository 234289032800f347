import type { Standing } from '#server/law/reasons/answer-schema.ts'
import type { Day } from '#server/lib/days.ts'

export type DatedStanding = Readonly<{
  requirement: string
  standing: Standing
  due_on: Day | null
  satisfied_on: Day | null
}>

/** The date that a standing leaves to keep, or that was missed; for the yearly training in order, its next time. */
export function openDate({ requirement, standing, due_on, satisfied_on }: DatedStanding): Day | null {
  const isOpen =
    standing === 'due_soon' ||
    standing === 'overdue' ||
    (standing === 'current' && (requirement === 'residential-annual' || satisfied_on === null))
  return isOpen ? due_on : null
}

/** A duty of child protection without a deadline is never overdue, though it is not done. */
export const isOverdue = ({
  requirement,
  standing,
}: Pick<DatedStanding, 'requirement' | 'standing'>): boolean =>
  standing === 'overdue' || (standing === 'not_cleared' && requirement.startsWith('residential'))
