import type { ApprovalOfText } from './approvals.queries.ts'
import type { Catalogue, Course, CourseVersion } from './catalogue.ts'

/** The courses as offered to new learners. */
export type Offered = Readonly<{
  /** The catalogue, with the version for new learners as each course's current one. */
  catalogue: Catalogue
  approvalOf: (text: CourseVersion) => ApprovalOfText | null
  /**
   * Why completing this text can't count for the course's requirement, or null if it can. For a completed text,
   * `wasApproved` says whether it was approved at completion.
   */
  cannotCount: (text: CourseVersion, wasApproved?: boolean | null) => string | null
}>

export type FindOffered = () => Promise<Offered>

/** Courses that only count in an approved version, each with the title of that requirement. */
export type ApprovedOnly = ReadonlyMap<string, string>

/**
 * A new version must not send people through a text that doesn't count. If the law only counts approved versions,
 * new learners get the newest approved version, or the newest version while none is approved.
 */
export function offeredCourses(
  catalogue: Catalogue,
  approvals: readonly ApprovalOfText[],
  approvedOnly: ApprovedOnly,
): Offered {
  const approvalOf = (text: CourseVersion) =>
    approvals.find(
      (one) => one.course === text.slug && one.version === text.version && one.content_hash === text.hash,
    ) ?? null
  const begun = (course: Course): Course => {
    if (!approvedOnly.has(course.slug)) return course
    const current = course.published.find((text) => approvalOf(text)) ?? course.current
    return { ...course, current }
  }
  return {
    catalogue: {
      ...catalogue,
      courses: new Map([...catalogue.courses].map(([slug, course]) => [slug, begun(course)])),
    },
    approvalOf,
    cannotCount: (text, wasApproved = null) => {
      const requirement = approvedOnly.get(text.slug)
      if (requirement === undefined || (wasApproved ?? approvalOf(text) !== null)) return null
      const when = wasApproved === null ? 'is in effect' : 'was in effect on the day it was completed'
      return `Version ${text.version} can’t count for “${requirement}”. Only a version that the commissioner has approved counts, and no approval of this one ${when}.`
    },
  }
}
