import { describe, expect, test } from 'vitest'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { readModule, takeAssessment, takeCourse } from '#test/support/taking.ts'

describe('taking a course', () => {
  test('a youth worker who passes all five modules gets one certificate, in one transaction with the completion', async () => {
    const { db, as, catalogue } = await aWorld()
    const course = catalogue.courses.get('residential-settings')!.current
    const ada = await as('ada@northstar.example')
    const id = await personId(db, 'ada@northstar.example')
    await takeCourse(db, ada, id, course)
    const completions = await db.selectFrom('completions').selectAll().where('person_id', '=', id).execute()
    expect(completions).toHaveLength(1)
    const certificates = await db.selectFrom('certificates').selectAll().where('person_id', '=', id).execute()
    expect(certificates).toHaveLength(1)
    expect(certificates[0]!.facts).toMatchObject({
      person_name: 'Ada Lindqvist',
      program: { name: 'North Star House', license_number: '9900001' },
      approval: { demonstration: true },
    })
    const kinds = await db
      .selectFrom('ledger_entries')
      .select('kind')
      .where('actor_id', '=', id)
      .orderBy('turn')
      .execute()
    expect(kinds.map(({ kind }) => kind)).toEqual(['course-completed', 'certificate-issued'])
    const page = await ada.get('/courses/residential-settings')
    expect(page.body).toContain('Download your certificate')
  })

  test('modules and lessons open in order, and going back is always allowed', async () => {
    const { as, catalogue } = await aWorld()
    const course = catalogue.courses.get('residential-settings')!.current
    const [first, second] = course.modules
    const ada = await as('ada@northstar.example')
    await ada.post(`/courses/${course.slug}/enrollment`)
    const ahead = await ada.get(`/courses/${course.slug}/${first!.slug}/${first!.lessons[1]!.slug}`)
    expect(ahead.headers.location).toBe(`/courses/${course.slug}/${first!.slug}/${first!.lessons[0]!.slug}`)
    const later = await ada.get(`/courses/${course.slug}/${second!.slug}/${second!.lessons[0]!.slug}`)
    expect(later.statusCode).toBe(303)
    await readModule(ada, course, first!)
    const back = await ada.get(`/courses/${course.slug}/${first!.slug}/${first!.lessons[0]!.slug}`)
    expect(back.statusCode).toBe(200)
  })

  test('a failed assessment can be tried again at once, with different questions', async () => {
    const { db, as, catalogue } = await aWorld()
    const course = catalogue.courses.get('residential-settings')!.current
    const module = course.modules[0]!
    const ada = await as('ada@northstar.example')
    const id = await personId(db, 'ada@northstar.example')
    await ada.post(`/courses/${course.slug}/enrollment`)
    await readModule(ada, course, module)
    const failed = await takeAssessment(db, ada, id, course, module, false)
    const page = await ada.get(failed)
    expect(page.body).toContain('Not there yet')
    expect(page.body).toContain('Try again')
    await takeAssessment(db, ada, id, course, module, true)
    const attempts = await db.selectFrom('attempts').select('drawn').orderBy('started_at').execute()
    const [one, two] = attempts.map(({ drawn }) =>
      (drawn as { question: string }[]).map(({ question }) => question),
    )
    expect(two!.filter((question) => one!.includes(question))).toEqual([])
  })
})
