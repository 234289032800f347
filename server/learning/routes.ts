import { Type } from 'typebox'
import type { Issuer } from '#server/certificates/certificates/issuing.actions.ts'
import { findCertificateOfCompletion } from '#server/certificates/certificates/queries.ts'
import { guidesOf } from '#server/courses/authoring/facilitators-guide.ts'
import { jobAidsWith } from '#server/courses/authoring/job-aids.ts'
import {
  type Catalogue,
  type Course,
  type CourseVersion,
  type Lesson,
  lessonPath,
  lessonWith,
  type Module,
} from '#server/courses/catalogue/catalogue.ts'
import { listChangeDays } from '#server/courses/catalogue/change-days.queries.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import { findTextOutline } from '#server/courses/catalogue/texts.queries.ts'
import type { Database } from '#server/db/connection.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { pathAfter, placePath } from '#server/learning/progress/paths.ts'
import { isAssessmentOpen, isLessonOpen, lessonsLeft, nextPlace } from '#server/learning/progress/progress.ts'
import {
  type Enrollment,
  findEnrollment,
  listAttempts,
  listCompletions,
} from '#server/learning/progress/queries.ts'
import { asksForCommitment, renewalsOf } from '#server/learning/progress/refresher.ts'
import { exerciseFeedback } from '#server/learning/questions/feedback.ts'
import { listChangeReadings } from '#server/learning/versions/changes.queries.ts'
import { changesToRead } from '#server/learning/versions/changes.ts'
import { moveOffer, takenText, textState } from '#server/learning/versions/moving.ts'
import { dayOf } from '#server/lib/days.ts'
import { mayLeadGroups, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { finishLesson, skipLesson, startAttempt, startCourse } from './actions.ts'
import { lessonsAgain, retakeOf } from './attempt-page.ts'
import { shareCommitment } from './commitments.actions.ts'
import { findCommitment } from './commitments.queries.ts'
import { coursePage } from './course-page.ts'
import { findEngagement, recordTime, recordTry } from './engagement.actions.ts'
import { listFastCompletions } from './engagement.queries.ts'
import { hurriedLessons, paceOf } from './engagement.ts'
import { lessonPage } from './lesson-page.ts'
import { openedTokens } from './opened.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  clock: () => Date
  config: Issuer
  afterChange: AfterChange
}>

/** Course and lesson pages for learners. Attempts are in attempts.routes.ts. */
export async function learningRoutes(
  app: App,
  { db, catalogue, offered, clock, config, afterChange }: Needs,
): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const opened = openedTokens(db)
  const { jobAids } = catalogue
  const slug = () => Type.String({ pattern: '^[a-z0-9-]{1,80}$' })
  const courseParams = Type.Object({ course: slug() })
  const moduleParams = Type.Object({ course: slug(), module: slug() })
  const lessonParams = Type.Object({ course: slug(), module: slug(), lesson: slug() })

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

  app.get(
    '/courses/:course/:module/assessment',
    { config: signedIn, schema: { params: moduleParams } },
    async (request, reply) => {
      const taking = await moduleOf(viewerOf(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module } = taking
      const done = doneOf(enrollment)
      if (!done.passed.has(module.slug) && !isAssessmentOpen(course, done, module.slug)) {
        const left = lessonsLeft(course, done, module.slug)
        return reply.page('learning/not-yet', {
          title: `Questions on module ${module.number}`,
          course,
          module,
          left: module.lessons.filter((lesson) => left.includes(lesson.slug)),
        })
      }
      const attempts = await listAttempts(db, enrollment.id, module.slug)
      return reply.page('learning/assessment', {
        title: `Questions on module ${module.number}`,
        course,
        module,
        attempts,
        isPassed: done.passed.has(module.slug),
        ...retakeOf(course, attempts, clock()),
        again: lessonsAgain(course, module, attempts),
        hurried: await hurriedIn(enrollment, course),
        next: placePath(course, nextPlace(course, done)),
      })
    },
  )

  app.post(
    '/courses/:course/:module/assessment',
    { config: signedIn, schema: { params: moduleParams } },
    async (request, reply) => {
      const taking = await moduleOf(viewerOf(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module } = taking
      const attempt = await startAttempt(db, viewerOf(request), enrollment.id, course, module, clock())
      if (!attempt) return reply.redirect(`/courses/${course.slug}/${module.slug}/assessment`, 303)
      return reply.redirect(`/attempts/${attempt}`, 303)
    },
  )

  app.get(
    '/courses/:course/:module/:lesson',
    {
      config: signedIn,
      schema: { params: lessonParams, querystring: Type.Object({ ready: Type.Optional(text(5)) }) },
    },
    async (request, reply) => {
      const taking = await lessonOf(viewerOf(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module, lesson } = taking
      const done = doneOf(enrollment)
      if (!isLessonOpen(course, done, module.slug, lesson.slug))
        return reply.redirect(placePath(course, nextPlace(course, done)), 303)
      return reply.page(
        'learning/lesson',
        lessonPage(course, module, lesson, done, {
          isReady: request.query.ready === 'yes',
          opened: await opened.make(placeOf(taking), clock()),
          jobAids,
        }),
      )
    },
  )

  app.post(
    '/courses/:course/:module/:lesson/finished',
    {
      config: { ...signedIn, isRepeatable: true },
      schema: {
        params: lessonParams,
        body: Type.Optional(
          form({
            opened: Type.Optional(text(80)),
            commitment: Type.Optional(text(1000)),
            share: Type.Optional(text(5)),
          }),
        ),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const found = await lessonOf(viewer, request.params)
      if (!found) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module, lesson } = found
      const place = { module: module.slug, lesson: lesson.slug }
      const openedAt = await opened.read(placeOf(found), request.body?.opened, clock())
      // A lesson that was never opened isn't read.
      if (!openedAt) return reply.redirect(lessonPath(course.slug, module.slug, lesson.slug), 303)
      const body = request.body?.commitment?.trim()
      const commitment =
        body && asksForCommitment(module, lesson) ? { body, isShared: request.body?.share === 'yes' } : null
      const reading = { enrollment, course, place, openedAt }
      await finishLesson(db, { issuer: config, afterChange }, viewer, reading, commitment, clock())
      return reply.redirect(await pathOn(viewer, course, module, lesson), 303)
    },
  )

  app.post(
    '/courses/:course/:module/:lesson/skipped',
    { config: signedIn, schema: { params: lessonParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const found = await lessonOf(viewer, request.params)
      if (!found) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module, lesson } = found
      const place = { module: module.slug, lesson: lesson.slug }
      await skipLesson(db, viewer, enrollment, course, place, dayOf(clock()))
      return reply.redirect(pathAfter(course, module, lesson), 303)
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

  app.post(
    '/courses/:course/:module/:lesson/time',
    {
      config: { ...signedIn, isRepeatable: true },
      schema: {
        params: lessonParams,
        body: form({ opened: text(80), seconds: Type.Number({ minimum: 0, maximum: 86_400 }) }),
      },
    },
    async (request, reply) => {
      const taking = await lessonOf(viewerOf(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { enrollmentId, ...place } = placeOf(taking)
      const { seconds } = request.body
      const openedAt = await opened.read({ enrollmentId, ...place }, request.body.opened, clock())
      const seen = openedAt && { ...place, openedAt, seconds }
      if (seen) await recordTime(db, viewerOf(request), enrollmentId, seen, clock())
      return reply.status(204).send()
    },
  )

  app.post(
    '/courses/:course/:module/:lesson/exercises/:exercise',
    {
      config: { ...signedIn, isRepeatable: true },
      schema: {
        params: Type.Object({ ...lessonParams.properties, exercise: slug() }),
        body: Type.Record(Type.String({ maxLength: 80 }), Type.Unknown(), { maxProperties: 60 }),
      },
    },
    async (request, reply) => {
      const taking = await lessonOf(viewerOf(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module, lesson } = taking
      const exercise = lesson.exercises.get(request.params.exercise) ?? notFound()
      const feedback = exerciseFeedback(exercise, request.body, {
        course: course.slug,
        module: module.slug,
        lesson: lesson.slug,
      })
      const { enrollmentId: _, ...place } = placeOf(taking)
      if (feedback.kind === 'feedback') await recordTry(db, enrollment, place, exercise.id, clock())
      if (request.headers['hx-request'] === 'true')
        return reply.partial('learning/_exercise-feedback', { feedback })
      // Without JavaScript, the whole lesson comes back with this exercise answered.
      const html = lessonWith(
        lesson,
        exercise.id,
        await app.partial('learning/_exercise-feedback', { feedback }),
      )
      return reply.page(
        'learning/lesson',
        lessonPage(course, module, lesson, doneOf(enrollment), {
          isReady: true,
          opened: await opened.make(placeOf(taking), clock()),
          html,
          jobAids,
        }),
      )
    },
  )

  const fastOf = async (viewer: Viewer, completionId: string) =>
    (await listFastCompletions(db, viewer.id)).find((one) => one.completion_id === completionId) ?? null

  /** Lessons that were open for so short a time that the completion would be marked as fast. Empty if it would not be. */
  async function hurriedIn(enrollment: Enrollment, course: CourseVersion) {
    const evidence = await findEngagement(db, enrollment, course)
    if (!paceOf({ ...evidence, attempts: [] }, course.engagement).isFast) return []
    return hurriedLessons(evidence, course.engagement).map(({ key, title }) => ({
      title,
      href: `/courses/${course.slug}/${key}`,
    }))
  }

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

  /** Where Continue leads: in a refresher to the next needed lesson, else to the next lesson. */
  async function pathOn(
    viewer: Viewer,
    course: CourseVersion,
    module: Module,
    lesson: Lesson,
  ): Promise<string> {
    if (course.kind === 'training') return pathAfter(course, module, lesson)
    const enrollment = await findEnrollment(db, viewer.id, course.slug)
    return enrollment && !enrollment.ended_at
      ? placePath(course, nextPlace(course, doneOf(enrollment)))
      : `/courses/${course.slug}`
  }

  /** A course, with the version for new learners as its current one. */
  const courseOf = async (slug: string): Promise<Course> =>
    (await offered()).catalogue.courses.get(slug) ?? notFound()

  /** The person's enrollment with its version's text. Null if they have not started the course. */
  async function takingOf(personId: string, slug: string): Promise<Taking | null> {
    const known = catalogue.courses.get(slug) ?? notFound()
    const enrollment = await findEnrollment(db, personId, known.slug)
    if (!enrollment) return null
    const taken = takenText(known, enrollment)
    if (taken) return { course: taken, enrollment }
    // After completion, a course may show a newer version. While under way it never changes without the learner's choice.
    if (!enrollment.ended_at) return notFound()
    return { course: (await courseOf(slug)).current, enrollment }
  }

  /** Where a person continues. If their version is gone, the course page, where they choose what to do. */
  async function nextPath(personId: string, slug: string): Promise<string> {
    const known = await courseOf(slug)
    const enrollment = await findEnrollment(db, personId, slug)
    const isGone = enrollment && !enrollment.ended_at && textState(known, enrollment) === 'gone'
    const taking = isGone ? null : await takingOf(personId, slug)
    if (!taking) return `/courses/${slug}`
    return placePath(taking.course, nextPlace(taking.course, doneOf(taking.enrollment)))
  }

  async function moduleOf(
    viewer: Viewer,
    at: Readonly<{ course: string; module: string }>,
  ): Promise<(Taking & Readonly<{ module: Module }>) | null> {
    const taking = await takingOf(viewer.id, at.course)
    if (!taking) return hasPlace(await courseOf(at.course), at) ? null : notFound()
    const module = taking.course.modules.find((one) => one.slug === at.module) ?? notFound()
    return { ...taking, module }
  }

  async function lessonOf(
    viewer: Viewer,
    at: Readonly<{ course: string; module: string; lesson: string }>,
  ): Promise<(Taking & Readonly<{ module: Module; lesson: Lesson }>) | null> {
    const taking = await moduleOf(viewer, at)
    if (!taking) return null
    const lesson = taking.module.lessons.find((one) => one.slug === at.lesson) ?? notFound()
    return { ...taking, lesson }
  }

  /** A link into a course that the person has not started leads to the course page, where they can start it. */
  const coursePath = ({ course }: Readonly<{ course: string }>) => `/courses/${course}`
}

type Taking = Readonly<{ course: CourseVersion; enrollment: Enrollment }>

const placeOf = ({
  enrollment,
  module,
  lesson,
}: Readonly<{ enrollment: Enrollment; module: Module; lesson: Lesson }>) => ({
  enrollmentId: enrollment.id,
  module: module.slug,
  lesson: lesson.slug,
})

/** Whether a course has this module and, if given, this lesson. */
const hasPlace = ({ current }: Course, at: Readonly<{ module: string; lesson?: string }>): boolean =>
  current.modules.some(
    ({ slug, lessons }) =>
      slug === at.module && (at.lesson === undefined || lessons.some((one) => one.slug === at.lesson)),
  )
