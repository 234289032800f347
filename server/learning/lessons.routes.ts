import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { Type } from 'typebox'
import type { Issuer } from '#server/certificates/certificates/issuing.actions.ts'
import {
  type Catalogue,
  type CourseVersion,
  type Lesson,
  lessonPath,
  lessonWith,
  type Module,
} from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { savePlace } from '#server/learning/own/own-marks.actions.ts'
import {
  type LessonAddress,
  type OwnMarks,
  ownMarksAlongside,
} from '#server/learning/own/own-marks.queries.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { pathAfter, placePath } from '#server/learning/progress/paths.ts'
import { isLessonOpen, isModuleOpen, nextPlace } from '#server/learning/progress/progress.ts'
import { enrollmentAlongside, enrollmentFrom, findEnrollment } from '#server/learning/progress/queries.ts'
import { asksForCommitment } from '#server/learning/progress/refresher.ts'
import { exerciseFeedback } from '#server/learning/questions/feedback.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { recordTime, recordTry } from './engagement.actions.ts'
import { figureOf } from './lesson-html.ts'
import { lessonPage } from './lesson-page.ts'
import { finishLesson, skipLesson } from './lessons.actions.ts'
import { openedTokens } from './opened.ts'
import { coursePath, placeOf, type TakingLesson, takings } from './taking.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  clock: () => Date
  config: Issuer
  afterChange: AfterChange
}>

/** Lessons: reading, finishing or skipping them, the time they take, and their exercises. */
export async function lessonRoutes(
  app: App,
  { db, catalogue, offered, clock, config, afterChange }: Needs,
): Promise<void> {
  // The enrollment, and on a page the person's own marks, are read with the session.
  const inLesson = { policy: 'signed-in', alongside: takingAlongside } as const
  const onPage = { policy: 'signed-in', alongside: pageAlongside } as const
  const opened = openedTokens(db)
  const { lessonIn } = takings(db, catalogue, offered)
  const { jobAids } = catalogue
  const slug = () => Type.String({ pattern: '^[a-z0-9-]{1,80}$' })
  const lessonParams = Type.Object({ course: slug(), module: slug(), lesson: slug() })

  app.get(
    '/courses/:course/:module/:lesson',
    {
      config: onPage,
      schema: {
        params: lessonParams,
        querystring: Type.Object({ ready: Type.Optional(text(5)), kept: Type.Optional(text(5)) }),
      },
    },
    async (request, reply) => {
      const taking = await lessonIn(takenOn(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module, lesson } = taking
      const done = doneOf(enrollment)
      // A device keeps a module's lessons before the first of them is read.
      const isKept = request.query.kept === 'yes' && isModuleOpen(course, done, module.slug)
      if (!isKept && !isLessonOpen(course, done, module.slug, lesson.slug))
        return reply.redirect(placePath(course, nextPlace(course, done)), 303)
      const shown = await shownIn(taking, ownMarksOn(request))
      return reply.page(
        'learning/lesson',
        lessonPage(course, module, lesson, done, {
          isReady: request.query.ready === 'yes',
          jobAids,
          ...shown,
          // Notes stay off a device that others may use.
          ...(isKept && { own: { ...shown.own, notes: [], highlights: [] } }),
        }),
      )
    },
  )

  app.get(
    '/courses/:course/:module/:lesson/figures/:figure',
    {
      config: inLesson,
      schema: {
        params: Type.Object({
          ...lessonParams.properties,
          figure: Type.Integer({ minimum: 1, maximum: 99 }),
        }),
      },
    },
    async (request, reply) => {
      const taking = await lessonIn(takenOn(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module, lesson } = taking
      const path = lessonPath(course.slug, module.slug, lesson.slug)
      if (!isLessonOpen(course, doneOf(enrollment), module.slug, lesson.slug))
        return reply.redirect(path, 303)
      const figure = figureOf(lesson.html, request.params.figure) ?? notFound()
      return reply.page('learning/figure', { title: `Figure in “${lesson.title}”`, lesson, path, figure })
    },
  )

  app.post(
    '/courses/:course/:module/:lesson/finished',
    {
      config: { ...inLesson, isRepeatable: true },
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
      const found = await lessonIn(takenOn(request), request.params)
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
    { config: inLesson, schema: { params: lessonParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const found = await lessonIn(takenOn(request), request.params)
      if (!found) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module, lesson } = found
      const place = { module: module.slug, lesson: lesson.slug }
      await skipLesson(db, viewer, enrollment, course, place, dayOf(clock()))
      return reply.redirect(pathAfter(course, module, lesson), 303)
    },
  )

  app.post(
    '/courses/:course/:module/:lesson/time',
    {
      config: { ...inLesson, isRepeatable: true },
      schema: {
        params: lessonParams,
        body: form({
          opened: text(80),
          seconds: Type.Number({ minimum: 0, maximum: 86_400 }),
          ago: Type.Optional(Type.Number({ minimum: 0, maximum: 90 * 86_400 })),
          paragraph: Type.Optional(Type.Integer({ minimum: 0, maximum: 5000 })),
        }),
      },
    },
    async (request, reply) => {
      const taking = await lessonIn(takenOn(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { enrollmentId, ...place } = placeOf(taking)
      const { seconds, ago = 0, paragraph } = request.body
      const at = new Date(clock().getTime() - ago * 1000)
      const openedAt = await opened.read({ enrollmentId, ...place }, request.body.opened, clock())
      const seen = openedAt && { ...place, openedAt, seconds }
      if (seen) await recordTime(db, viewerOf(request), enrollmentId, seen, at)
      if (seen && paragraph !== undefined) await savePlace(db, enrollmentId, { ...place, paragraph }, clock())
      return reply.status(204).send()
    },
  )

  app.post(
    '/courses/:course/:module/:lesson/exercises/:exercise',
    {
      config: { ...onPage, isRepeatable: true },
      schema: {
        params: Type.Object({ ...lessonParams.properties, exercise: slug() }),
        body: Type.Record(Type.String({ maxLength: 80 }), Type.Unknown(), { maxProperties: 60 }),
      },
    },
    async (request, reply) => {
      const taking = await lessonIn(takenOn(request), request.params)
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
          html,
          jobAids,
          ...(await shownIn(taking, ownMarksOn(request))),
        }),
      )
    },
  )

  async function shownIn(taking: TakingLesson, own: OwnMarks) {
    const place = placeOf(taking)
    return {
      opened: await opened.make(place, clock()),
      own,
      keep: `${place.enrollmentId.slice(0, 8)}/${place.module}/${place.lesson}`,
    }
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
}

const isAddress = ({ course = '', module = '', lesson = '' }: Readonly<Record<string, string>>): boolean =>
  [course, module, lesson].every((one) => /^[a-z0-9-]{1,80}$/.test(one))

const takingAlongside = (params: Readonly<Record<string, string>>) =>
  isAddress(params)
    ? sql`select json_build_object('enrollment', (${enrollmentAlongside(params.course!)}))`
    : null

const pageAlongside = (params: Readonly<Record<string, string>>) =>
  isAddress(params)
    ? sql`
      select json_build_object('enrollment', (${enrollmentAlongside(params.course!)}),
        'own', (${ownMarksAlongside(params as LessonAddress)}))`
    : null

const takenOn = ({ alongside }: FastifyRequest) =>
  enrollmentFrom((alongside as Readonly<{ enrollment: unknown }>).enrollment)

const ownMarksOn = ({ alongside }: FastifyRequest) => (alongside as Readonly<{ own: OwnMarks }>).own
