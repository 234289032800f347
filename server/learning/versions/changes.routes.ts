import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { listChangeDays } from '#server/courses/catalogue/change-days.queries.ts'
import type { Database } from '#server/db/connection.ts'
import { listCompletions } from '#server/learning/progress/queries.ts'
import { dayOf } from '#server/lib/days.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'
import { recordChangeRead } from './changes.actions.ts'
import { listChangeReadings, listReadersOfChange, listTeamReaders } from './changes.queries.ts'
import { changePath, changesToRead, noticesOfChange, readersOfChange, teamReadersOf } from './changes.ts'
import { markedLesson } from './marked-lesson.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; clock: () => Date }>

/** Lessons that changed in law or meaning since a person completed a course. They read only these. */
export async function changesRoutes(app: App, { db, catalogue, clock }: Needs): Promise<void> {
  const config = { policy: 'signed-in' } as const
  const slug = () => Type.String({ pattern: '^[a-z0-9-]{1,80}$' })
  const params = Type.Object({
    course: slug(),
    version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }),
    module: slug(),
    lesson: slug(),
  })
  type Place = { course: string; version: string; module: string; lesson: string }

  app.get(
    '/courses/:course/changes/:version/:module/:lesson',
    { config, schema: { params } },
    async (request, reply) => {
      const { change, lesson, before, path, isRead } = await changedLessonOf(
        viewerOf(request).id,
        request.params,
      )
      return reply.page('learning/changed-lesson', {
        title: lesson.title,
        change,
        lesson,
        path,
        isRead,
        ...markedLesson(lesson, before),
      })
    },
  )

  app.post(
    '/courses/:course/changes/:version/:module/:lesson/reading',
    { config, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { change } = await changedLessonOf(viewer.id, request.params)
      const { module, lesson } = request.params
      await recordChangeRead(db, viewer, change.text, { module, lesson }, clock())
      const after = await changedLessonOf(viewer.id, request.params)
      const next = after.change.lessons.find(({ isRead }) => !isRead)
      return reply.redirect(next?.href ?? `/courses/${request.params.course}`, 303)
    },
  )

  app.get(
    '/review/courses/:course/:version/readers',
    {
      config: { policy: ['reviewer'] },
      schema: {
        params: Type.Object({ course: params.properties.course, version: params.properties.version }),
      },
    },
    async (request, reply) => {
      const { course, version } = request.params
      const text = catalogue.courses.get(course)?.versions.get(version) ?? notFound()
      if (text.change?.kind !== 'meaning') return notFound()
      const day = (await listChangeDays(db)).find((one) => one.course === course && one.version === version)
      const people = day ? await listReadersOfChange(db, course, noticesOfChange(day)) : []
      return reply.page('learning/change-readers', {
        title: 'Who has read the changes',
        text,
        back: `/review/courses/${course}/${version}#change-day`,
        due_on: null,
        ...(day ? readersOfChange(catalogue, day, people, dayOf(clock())) : {}),
      })
    },
  )

  app.get(
    '/team/changed-lessons',
    { config: { policy: ['supervisor', 'program_admin'] } },
    async (request, reply) => {
      const { supervised_program_ids } = viewerOf(request)
      const today = dayOf(clock())
      const changes = await Promise.all(
        (await listChangeDays(db)).map(async (day) => {
          const asked = { key: noticesOfChange(day), today }
          const people = await listTeamReaders(db, supervised_program_ids, day, asked)
          return teamReadersOf(catalogue, day, people, today)
        }),
      )
      return reply.page('learning/team-change-readers', {
        title: 'Who has read the changes',
        changes: changes.filter(({ readers }) => readers.length > 0),
      })
    },
  )

  /** A changed lesson that this person must read. For anyone else, a 404. */
  async function changedLessonOf(personId: string, at: Place) {
    const [completions, days, readings] = await Promise.all([
      listCompletions(db, personId),
      listChangeDays(db),
      listChangeReadings(db, personId),
    ])
    const path = changePath(at.course, at.version, `${at.module}/${at.lesson}`)
    for (const change of changesToRead(catalogue, completions, days, readings, dayOf(clock()))) {
      const listed = change.lessons.find(({ href }) => href === path)
      const module = change.text.modules.find((one) => one.slug === at.module)
      const lesson = module?.lessons.find((one) => one.slug === at.lesson)
      if (!listed || !lesson) continue
      const completed = catalogue.courses.get(at.course)?.versions.get(change.completed)
      const before =
        completed?.modules
          .find((one) => one.slug === at.module)
          ?.lessons.find((one) => one.slug === at.lesson) ?? null
      return { change, lesson, before, path, isRead: listed.isRead }
    }
    return notFound()
  }
}
