import type { ApprovedOnly } from '#server/courses/catalogue/offered.ts'
import { termsOf } from '#server/law/facts/formula.ts'
import { requirementIds, requirementOn } from '#server/law/facts/ruleset.ts'
import type { Day } from '#server/lib/days.ts'

/** The courses that count for a requirement only in an approved version. The first requirement names the course. */
export function approvedOnlyOn(day: Day): ApprovedOnly {
  const named = requirementIds.flatMap((id) => {
    const { title, satisfied_by } = requirementOn(id, day)
    return termsOf(satisfied_by).flatMap((term) =>
      term.kind === 'approved-course' ? [[term.course, title] as const] : [],
    )
  })
  return new Map(named.reverse())
}
