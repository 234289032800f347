import { Type } from 'typebox'
import type { Issuer } from '#server/certificates/certificates/issuing.actions.ts'
import { findCertificateOfCompletion } from '#server/certificates/certificates/queries.ts'
import {
  type Catalogue,
  type Course,
  type CourseVersion,
  type Lesson,
  lessonWith,
  type Module,
} from '#server/courses/catalogue.ts'
import { listChangeDays } from '#server/courses/change-days.queries.ts'
import { guidesOf } from '#server/courses/facilitators-guide.ts'
import { jobAidsWith } from '#server/courses/job-aids.ts'
import type { FindOffered } from '#server/courses/offered.ts'
import { findTextOutline } from '#server/courses/texts.queries.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { mayLeadGroups, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { markLesson, recordTime, startAttempt, startCourse } from './actions.ts'
import { listChangeReadings } from './changes.queries.ts'
import { changesToRead } from './changes.ts'
import { coursePage } from './course-page.ts'
import { doneOf } from './done.ts'
import { exerciseFeedback } from './feedback.ts'
import { lessonPage } from './lesson-page.ts'
import { moveOffer, takenText, textState } from './moving.ts'
import { pathAfter, placePath } from './paths.ts'
import { isAssessmentOpen, isLessonOpen, lessonsLeft, nextPlace } from './progress.ts'
import { type Enrollment, findEnrollment, listAttempts, listCompletions } from './queries.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  clock: () => Date
  config: Issuer
}>

/** Courses and lessons as their learner meets them; attempts are in attempts.routes.ts. */
export async function learningRoutes(app: App, { db, catalogue, offered, clock }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
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
        enrollment && !enrollment.ended_at
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
      const attempt = await startAttempt(db, viewerOf(request), enrollment.id, course, module)
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
        lessonPage(course, module, lesson, done, { isReady: request.query.ready === 'yes', jobAids }),
      )
    },
  )

  for (const [address, mark] of [
    ['finished', 'finished'],
    ['skipped', 'skipped'],
  ] as const)
    app.post(
      `/courses/:course/:module/:lesson/${address}`,
      { config: signedIn, schema: { params: lessonParams } },
      async (request, reply) => {
        const taking = await lessonOf(viewerOf(request), request.params)
        if (!taking) return reply.redirect(coursePath(request.params), 303)
        const { course, enrollment, module, lesson } = taking
        const place = { module: module.slug, lesson: lesson.slug }
        await markLesson(db, viewerOf(request), enrollment, course, place, mark, dayOf(clock()))
        return reply.redirect(pathAfter(course, module, lesson), 303)
      },
    )

  app.post(
    '/courses/:course/:module/:lesson/time',
    {
      config: signedIn,
      schema: { params: lessonParams, body: form({ seconds: Type.Number({ minimum: 0, maximum: 86_400 }) }) },
    },
    async (request, reply) => {
      const taking = await lessonOf(viewerOf(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { enrollment, module, lesson } = taking
      await recordTime(db, enrollment, { module: module.slug, lesson: lesson.slug }, request.body.seconds)
      return reply.status(204).send()
    },
  )

  app.post(
    '/courses/:course/:module/:lesson/exercises/:exercise',
    {
      config: signedIn,
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
      if (request.headers['hx-request'] === 'true')
        return reply.partial('learning/_exercise-feedback', { feedback })
      // Without a script the whole lesson comes back, with this exercise answered.
      const html = lessonWith(
        lesson,
        exercise.id,
        await app.partial('learning/_exercise-feedback', { feedback }),
      )
      return reply.page(
        'learning/lesson',
        lessonPage(course, module, lesson, doneOf(enrollment), { isReady: true, html, jobAids }),
      )
    },
  )

  /** What changed in law or meaning since this person completed the course. */
  async function changesOf(personId: string, slug: string) {
    const [completions, days, readings] = await Promise.all([
      listCompletions(db, personId),
      listChangeDays(db),
      listChangeReadings(db, personId),
    ])
    const changes = changesToRead(catalogue, completions, days, readings, dayOf(clock()))
    return changes.filter(({ text }) => text.slug === slug)
  }

  /** A course, with the version that someone who begins today takes as its current one. */
  const courseOf = async (slug: string): Promise<Course> =>
    (await offered()).catalogue.courses.get(slug) ?? notFound()

  /** What a person is taking, with its text; null where they have not begun the course. */
  async function takingOf(personId: string, slug: string): Promise<Taking | null> {
    const known = await courseOf(slug)
    const enrollment = await findEnrollment(db, personId, known.slug)
    if (!enrollment) return null
    // Read again after its completion, a course may show a newer text; under way it never does by itself.
    const course = takenText(known, enrollment) ?? (enrollment.ended_at ? known.current : notFound())
    return { course, enrollment }
  }

  /** Where a person goes on; the course's page, where the text that they began is gone and they have to choose. */
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

  /** Someone who follows a link into a course that they have not begun lands where it can be begun. */
  const coursePath = ({ course }: Readonly<{ course: string }>) => `/courses/${course}`
}

type Taking = Readonly<{ course: CourseVersion; enrollment: Enrollment }>

/** Whether a course has this module, and this lesson where one is named. */
const hasPlace = ({ current }: Course, at: Readonly<{ module: string; lesson?: string }>): boolean =>
  current.modules.some(
    ({ slug, lessons }) =>
      slug === at.module && (at.lesson === undefined || lessons.some((one) => one.slug === at.lesson)),
  )
