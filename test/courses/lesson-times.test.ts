import { expect, test } from 'vitest'
import { listLessonTimes } from '#server/courses/review/statistics.queries.ts'
import { fewestPeople } from '#server/courses/review/statistics.ts'
import { aWorld } from '#test/support/app.ts'

test('the median time of a lesson is shown once ten people have read it to the end', async () => {
  const { db, catalogue } = await aWorld({ cast: false })
  const course = catalogue.courses.get('residential-settings')!.current
  const [module] = course.modules
  const [lesson] = module!.lessons
  const place = { module: module!.slug, lesson: lesson!.slug }
  const text = { course: course.slug, hash: course.hash }
  for (let n = 1; n <= 10; n++) {
    expect(await listLessonTimes(db, text, fewestPeople)).toEqual([])
    const person = await db
      .insertInto('people')
      .values({ name: `Person ${n}`, email: `person-${n}@north.example` })
      .returning('id')
      .executeTakeFirstOrThrow()
    const enrollment = await db
      .insertInto('enrollments')
      .values({
        person_id: person.id,
        course: course.slug,
        version: course.version,
        content_hash: course.hash,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db
      .insertInto('lesson_marks')
      .values({ enrollment_id: enrollment.id, ...place, mark: 'finished' })
      .execute()
    // Two sittings each: n minutes together.
    for (const visible_seconds of [n * 20, n * 40])
      await db
        .insertInto('lesson_times')
        .values({ enrollment_id: enrollment.id, ...place, visible_seconds })
        .execute()
  }
  expect(await listLessonTimes(db, text, fewestPeople)).toEqual([{ ...place, people: 10, minutes: 5.5 }])
})
