import { Type } from 'typebox'
import { findCertificateOfCompletion } from '#server/certificates/certificates/queries.ts'
import { guidesOf } from '#server/courses/authoring/facilitators-guide.ts'
import { jobAidsWith } from '#server/courses/authoring/job-aids.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { listChangeDays } from '#server/courses/catalogue/change-days.queries.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import { findTextOutline } from '#server/courses/catalogue/texts.queries.ts'
import type { Database } from '#server/db/connection.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { findEnrollment, listCompletions } from '#server/learning/progress/queries.ts'
import { renewalsOf } from '#server/learning/progress/refresher.ts'
import { listChangeReadings } from '#server/learning/versions/changes.queries.ts'
import { changesToRead } from '#server/learning/versions/changes.ts'
import { moveOffer, textState } from '#server/learning/versions/moving.ts'
import { dayOf } from '#server/lib/days.ts'
import { mayLeadGroups, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { shareCommitment } from './commitments.actions.ts'
import { findCommitment } from './commitments.queries.ts'
import { coursePage } from './course-page.ts'
import { findFastCompletions } from './engagement.actions.ts'
import { startCourse } from './enrollments.actions.ts'
import { takings } from './taking.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  clock: () => Date
}>

/** A course's page, how a learner starts and continues it, and what they committed to at its end. */
export async function coursePageRoutes(app: App, { db, catalogue, offered, clock }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const { jobAids } = catalogue
  const { courseOf, nextPath } = takings(db, catalogue, offered)
  const courseParams = Type.Object({ course: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }) })

  app.get(
    '/courses/:course',
    { config: { policy: 'public' }, schema: { params: courseParams } },
    async (request, reply) => {
      const today = await offered()
      const known = today.catalogue.courses.get(request.params.course) ?? notFound()
      const enrollment = request.viewer && (await findEnrollment(db, request.viewer.id, known.slug))
      const course =
        (enrollment && !enrollment.ended_at && known.versions.get(enrollment.version)) || known.current
      const completed = (enrollment?.completion_id && known.versions.get(enrollment.version)) || null
      const certificate = enrollment?.completion_id
        ? await findCertificateOfCompletion(db, enrollment.completion_id)
        : null
      const move =
        enrollment && !enrollment.ended_at && textState(known, enrollment) !== 'current'
          ? moveOffer(
              known,
              enrollment,
              doneOf(enrollment),
              await findTextOutline(db, enrollment.content_hash),
            )
          : null
      const changes = request.viewer && enrollment ? await changesOf(request.viewer.id, known.slug) : []
      return reply.page('learning/course', {
        ...coursePage(course, enrollment, today, certificate, completed),
        move,
        changes,
        refreshes: course.refresher
          ? (catalogue.courses.get(course.refresher.refreshes)?.current ?? null)
          : null,
        refreshedBy: renewalsOf(catalogue, course.slug),
        commitment: enrollment ? await findCommitment(db, enrollment.id) : null,
        fast:
          request.viewer && enrollment?.completion_id
            ? await fastOf(request.viewer, enrollment.completion_id)
            : null,
        jobAids: jobAidsWith(jobAids, course.slug),
        guides: request.viewer && mayLeadGroups(request.viewer) ? guidesOf(catalogue, known) : [],
      })
    },
  )

  app.post(
    '/courses/:course/enrollment',
    { config: signedIn, schema: { params: courseParams } },
    async (request, reply) => {
      const { current } = await courseOf(request.params.course)
      const viewer = viewerOf(request)
      await startCourse(db, viewer, current)
      return reply.redirect(await nextPath(viewer.id, current.slug), 303)
    },
  )

  app.get(
    '/courses/:course/continue',
    { config: signedIn, schema: { params: courseParams } },
    async (request, reply) => {
      return reply.redirect(await nextPath(viewerOf(request).id, request.params.course), 303)
    },
  )

  app.post(
    '/courses/:course/commitment',
    { config: signedIn, schema: { params: courseParams, body: form({ share: text(5) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const enrollment = (await findEnrollment(db, viewer.id, request.params.course)) ?? notFound()
      await shareCommitment(db, viewer.id, enrollment.id, request.body.share === 'yes', clock())
      return reply.redirect(`/courses/${request.params.course}#commitment`, 303)
    },
  )

  const fastOf = async (viewer: Viewer, completionId: string) =>
    (await findFastCompletions(db, viewer.id)).find((one) => one.completion_id === completionId) ?? null

  /** Changes of law or meaning since this person completed the course. */
  async function changesOf(personId: string, slug: string) {
    const [completions, days, readings] = await Promise.all([
      listCompletions(db, personId),
      listChangeDays(db),
      listChangeReadings(db, personId),
    ])
    const changes = changesToRead(catalogue, completions, days, readings, dayOf(clock()))
    return changes.filter(({ text }) => text.slug === slug)
  }
}
