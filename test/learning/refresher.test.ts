import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { standing } from '#server/law/standing.ts'
import { findAttemptOf } from '#server/learning/progress/queries.ts'
import { dayOf } from '#server/lib/days.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { annual, atNorthStar, done, initial } from '#test/law/asking.ts'
import { aWorld, theCourses } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { formFor, readLesson, readModule } from '#test/support/taking.ts'

const sample = loadCourses(resolve(import.meta.dirname, '../courses/refresher')).catalogue.courses
const catalogue = { ...theCourses(), courses: new Map([...theCourses().courses, ...sample]) }
const course = sample.get('residential-refresher')!.current
const [diagnostic, refreshers, cases, changes, commitment] = course.modules as [
  (typeof course.modules)[number],
  ...(typeof course.modules)[number][],
]

/** Mai, due December 31, 2026, at the end of the diagnostic. */
async function maiAfterDiagnostic(
  answer: (at: number) => { isRight: boolean; confidence?: string } = () => ({ isRight: true }),
) {
  const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z'), catalogue })
  const mai = await world.as('mai@northstar.example')
  const id = await personId(world.db, 'mai@northstar.example')
  await mai.post(`/courses/${course.slug}/enrollment`)
  await readModule(mai, course, diagnostic)
  const address = String(
    (await mai.post(`/courses/${course.slug}/${diagnostic.slug}/assessment`)).headers.location,
  )
  for (;;) {
    const attempt = (await findAttemptOf(world.db, id, address.split('/').at(-1)!))!
    if (attempt.result) break
    const at = attempt.answers.filter((one) => one.is_last_step).length
    const { objective } = diagnostic.questions.get(attempt.drawn[at]!.question)!
    const { isRight, confidence } = answer(objective!)
    await mai.post(`${address}/answers`, {
      ...formFor(diagnostic, attempt, isRight),
      ...(confidence ? { confidence } : {}),
    })
  }
  const read = async (module: typeof diagnostic, form = {}) => {
    for (const { slug } of module.lessons)
      await readLesson(mai, `/courses/${course.slug}/${module.slug}/${slug}`, form)
  }
  return { ...world, mai, id, address, read }
}

describe('a diagnostic', () => {
  test('can’t be failed, and picks refreshers for answers that were off', async () => {
    const { mai, address } = await maiAfterDiagnostic((objective) => ({ isRight: objective === 2 }))
    const result = (await mai.get(address)).body
    expect(result).toContain('Here’s what you still know')
    expect(result).toContain('6 of 12 answers fit')
    expect(result).toContain(refreshers!.lessons[0]!.title)
    expect(result).not.toContain(`<li>${refreshers!.lessons[1]!.title}`)
    expect((await mai.get(`/courses/${course.slug}/continue`)).headers.location).toContain(
      refreshers!.lessons[0]!.slug,
    )
  })

  test('picks a refresher for a right answer that was a guess', async () => {
    const { mai } = await maiAfterDiagnostic((objective) => ({
      isRight: true,
      confidence: objective === 2 ? 'guess' : 'sure',
    }))
    expect((await mai.get(`/courses/${course.slug}/continue`)).headers.location).toContain(
      refreshers!.lessons[1]!.slug,
    )
  })

  test('picks no refresher if every answer was right and sure, and all of them stay open', async () => {
    const { mai, address } = await maiAfterDiagnostic()
    expect((await mai.get(address)).body).toContain('You don’t need a refresher')
    expect((await mai.get(`/courses/${course.slug}/continue`)).headers.location).toContain(cases!.slug)
    const [first] = refreshers!.lessons
    expect((await mai.get(`/courses/${course.slug}/${refreshers!.slug}/${first!.slug}`)).statusCode).toBe(200)
    expect((await mai.get(`/courses/${course.slug}`)).body).toContain('optional for you')
  })
})

describe('completing a refresher', () => {
  test('happens with its last lesson and gives a certificate for the minutes taken that doesn’t say “annual”', async () => {
    const { db, mai, id, read } = await maiAfterDiagnostic()
    await read(cases!)
    await read(changes!)
    await read(commitment!)
    const completion = await db
      .selectFrom('completions')
      .selectAll()
      .where('person_id', '=', id)
      .where('course', '=', course.slug)
      .executeTakeFirstOrThrow()
    const skipped = refreshers!.lessons.reduce((sum, { minutes }) => sum + minutes, 0)
    expect(completion.minutes).toBe(course.minutes - skipped)
    const { facts } = await db
      .selectFrom('certificates')
      .select('facts')
      .where('completion_id', '=', completion.id)
      .executeTakeFirstOrThrow()
    expect(facts).toMatchObject({
      kind: 'course',
      note: expect.stringContaining('counts as annual training where'),
    })
    expect((facts as { modules: { title: string }[] }).modules.map(({ title }) => title)).toEqual(
      [diagnostic, cases!, changes!, commitment!].map(({ title }) => title),
    )
    expect((await mai.get(`/courses/${course.slug}`)).body).toContain('You completed this course on')
  })

  test('keeps a commitment to the learner until they share it with their supervisor', async () => {
    const { db, as, mai, id, read } = await maiAfterDiagnostic()
    await read(cases!)
    await read(changes!)
    for (let sent = 0; sent < 2; sent++) await read(commitment!, { commitment: 'Knock first.' })
    expect(await db.selectFrom('commitments').select('body').execute()).toHaveLength(1)
    const sam = await as('sam@northstar.example')
    expect((await mai.get(`/courses/${course.slug}`)).body).toContain('Knock first.')
    expect((await sam.get(`/team/${id}`)).body).not.toContain('Knock first.')
    await mai.post(`/courses/${course.slug}/commitment`, { share: 'yes' })
    expect((await sam.get(`/team/${id}`)).body).toContain('Knock first.')
    await mai.post(`/courses/${course.slug}/commitment`, { share: 'no' })
    expect((await sam.get(`/team/${id}`)).body).not.toContain('Knock first.')
  })
})

describe('what a refresher counts for', () => {
  const refresher = (on: string, more = {}) =>
    done(on, { course: 'residential-refresher', approved: false, ...more })
  const accepting = { settings: { refresher: 'counts' } } as const

  test('nothing, unless the license holder accepts it or the commissioner approved it', () => {
    const trainings = [done('2024-02-09'), refresher('2025-01-20')]
    expect(annual(atNorthStar({}, trainings), '2025-06-01')).toMatchObject({ standing: 'overdue' })
    expect(annual(atNorthStar({}, trainings), '2025-06-01').explanation.join(' ')).toContain(
      'counts only where the license holder accepts it or the commissioner has approved it',
    )
    expect(annual(atNorthStar({}, trainings, accepting), '2025-06-01')).toMatchObject({
      standing: 'current',
      due_on: '2026-01-31',
    })
    const approved = [done('2024-02-09'), refresher('2025-01-20', { approved: true })]
    expect(annual(atNorthStar({}, approved), '2025-06-01')).toMatchObject({ standing: 'current' })
  })

  test('the explanation says whose decision makes it count', () => {
    const trainings = [done('2024-02-09'), refresher('2025-01-20')]
    expect(annual(atNorthStar({}, trainings, accepting), '2025-06-01').explanation.join(' ')).toContain(
      'the license holder accepts the yearly refresher of this system as annual training',
    )
  })

  test('never the initial training', () => {
    const only = [refresher('2024-02-09', { approved: true })]
    expect(initial(atNorthStar({}, only, accepting), '2024-06-01').standing).toBe('not_cleared')
  })

  test('the program’s setting does not override a declined training', () => {
    const trainings = [done('2024-02-09'), refresher('2025-01-20', { accepted: false })]
    expect(annual(atNorthStar({}, trainings, accepting), '2025-06-01').standing).toBe('overdue')
  })

  test('My training offers it if the program accepts it, and who decided, when and why is on record', async () => {
    const { as, db, mai, clock, read, id } = await maiAfterDiagnostic()
    const rae = await as('rae@northstar.example')
    const ivy = await personId(db, 'mai@northstar.example')
    const { roster } = await factsOfPeople(db, [ivy], dayOf(clock.now))
    const program = roster.programs[0]!.program_id
    const page = await rae.get(`/programs/${program}/interpretations`)
    expect(page.body).toContain('Does the yearly refresher count as annual training?')
    const choices = {
      annual_anchor: 're-anchor',
      leave: 'not-required',
      transfer: 'carries',
      rehire: 'prior-initial-counts',
      later_certification: 'day-before',
      same_day_contact: 'accept-and-flag',
      refresher: 'counts',
      fast_completions: 'count',
      hours_year: 'calendar',
      fiscal_year_month: '7',
      trafficking_due_months: '',
      reason: 'Our licensor agreed on October 1',
    }
    await rae.post(`/programs/${program}/interpretations`, choices)
    expect((await mai.get('/')).body).toContain('the refresher</a> (about 14 min)')
    for (const module of [cases!, changes!, commitment!]) await read(module)
    const { facts } = await factsOfPeople(db, [id], dayOf(clock.now))
    const found = standing(facts.get(id)!, dayOf(clock.now)).requirements.find(
      ({ requirement }) => requirement === 'residential-annual',
    )
    expect(found).toMatchObject({ standing: 'current', due_on: '2027-11-30' })
  })
})
