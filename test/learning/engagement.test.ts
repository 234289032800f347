import { describe, expect, test } from 'vitest'
import { defaultEngagement } from '#server/courses/catalogue/course-shapes.ts'
import { factsOf } from '#server/law/facts/facts.ts'
import { standing } from '#server/law/standing.ts'
import { attemptSpacing } from '#server/learning/attempt-spacing.ts'
import { paceOf, secondsOpen } from '#server/learning/engagement.ts'
import { retakeAt } from '#server/learning/retakes.ts'
import { loadText } from '#test/courses/format-two.ts'
import { openReviewOf, readable } from '#test/oversight/reviewed.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, theCourses } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { later, openedIn, readLesson, readModule, takeAssessment, takeCourse } from '#test/support/taking.ts'

const { courses } = loadText({}).catalogue
const course = courses.get('evenings')!.current
const [module] = course.modules as [(typeof course.modules)[number]]
const lessonPaths = module.lessons.map(({ slug }) => `/courses/evenings/${module.slug}/${slug}`)

async function adaInEvenings() {
  const world = await aWorld({ catalogue: { ...theCourses(), courses } })
  const ada = await world.as('ada@northstar.example')
  const id = await personId(world.db, 'ada@northstar.example')
  await ada.post('/courses/evenings/enrollment')
  return { ...world, ada, id }
}

const evidenceIn = ({ db }: Awaited<ReturnType<typeof adaInEvenings>>) =>
  db.selectFrom('completion_evidence').selectAll().execute()

describe('evidence of engagement', () => {
  test('a lesson that was never opened can’t be finished, and another lesson’s token doesn’t open it', async () => {
    const { ada, db } = await adaInEvenings()
    await ada.post(`${lessonPaths[0]}/finished`)
    await ada.post(`${lessonPaths[0]}/finished`, { opened: 'k.AAAA' })
    expect(await db.selectFrom('lesson_marks').selectAll().execute()).toEqual([])
    await readLesson(ada, lessonPaths[0]!)
    const opened = openedIn((await ada.get(lessonPaths[0]!)).body)
    const answer = await ada.post(`${lessonPaths[1]}/finished`, { opened })
    expect(answer.headers.location).toBe(lessonPaths[1])
    expect(await db.selectFrom('lesson_marks').selectAll().execute()).toHaveLength(1)
  })

  test('time on a page counts from when it was opened, once, and never faster than the clock', async () => {
    const { ada, db, clock } = await adaInEvenings()
    const opened = openedIn((await ada.get(lessonPaths[0]!)).body)
    later(clock, 1)
    const claim = (seconds: string) => ada.post(`${lessonPaths[0]}/time`, { opened, seconds })
    await Promise.all([claim('86400'), claim('86400'), claim('86400')])
    later(clock, 1)
    await claim('20')
    await ada.post(`${lessonPaths[0]}/time`, { opened: 'invented', seconds: '500' })
    const times = await db.selectFrom('lesson_times').select('visible_seconds').orderBy('id').execute()
    expect(times.map(({ visible_seconds }) => visible_seconds)).toEqual([60, 20])
  })

  test('time without a connection counts for when it was, once, however often it is sent', async () => {
    const { ada, db, clock } = await adaInEvenings()
    const opened = openedIn((await ada.get(lessonPaths[0]!)).body)
    later(clock, 60)
    const claim = (ago: string, seconds: string, key: string) =>
      ada.post(
        `${lessonPaths[0]}/time`,
        { opened, seconds, ago },
        { 'idempotency-key': key, 'x-queued': 'yes' },
      )
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()]
    await claim('2400', '900', first)
    expect((await claim('2400.5', '900', first)).statusCode).toBe(204)
    await claim('1200', '900', second)
    expect((await claim('1200', '900', second)).statusCode).toBe(409)
    // An hour has passed, and no more than that counts.
    await claim('0', '86400', crypto.randomUUID())
    await claim('4000', '600', crypto.randomUUID())
    const times = await db.selectFrom('lesson_times').select('visible_seconds').orderBy('id').execute()
    expect(times.map(({ visible_seconds }) => visible_seconds)).toEqual([900, 900, 1200])
  })

  test('a script that completes a course in seconds gets a fast completion, known to all who rely on it', async () => {
    const world = await adaInEvenings()
    const { ada, id, db } = world
    await readModule(ada, course, module)
    const warned = (await ada.get(`/courses/evenings/${module.slug}/assessment`)).body
    expect(warned).toContain('You’re going through the lessons very fast.')
    await takeAssessment(db, ada, id, course, module, false)
    later(world.clock, 3)
    await takeAssessment(db, ada, id, course, module)
    const attempt = { module: module.title, started_at: expect.any(String), finished_at: expect.any(String) }
    expect(await evidenceIn(world)).toMatchObject([
      {
        is_fast: true,
        reading_seconds: 0,
        lessons: module.lessons.length,
        attempts: 2,
        attempt_times: [
          { ...attempt, is_passed: false },
          { ...attempt, is_passed: true },
        ],
      },
    ])
    const spacing = `${module.title}: 2 attempts, with 3 minutes between them.`
    const own = readable((await ada.get('/courses/evenings')).body)
    expect(own).toContain('Fast completion')
    expect(own).toContain(spacing)
    const sam = await world.as('sam@northstar.example')
    const page = readable((await sam.get(`/team/${id}`)).body)
    expect(page).toContain('Fast completion')
    expect(page).toContain(spacing)
    expect(page).toContain('The lessons were open for 0 seconds')
    const lee = await world.as('lee@licensing.example')
    const review = await openReviewOf(world, lee, '9900001')
    const program = readable(
      (await lee.get(`/licensing/programs/${await programId(db, 'North Star House')}`)).body,
    )
    expect(program).toMatch(/1 of \d+ people on the roster completed a course much faster than planned/)
    const fast = readable((await lee.get(`${review}/people?show=fast`)).body)
    expect(fast).toContain('Ada Lindqvist')
    expect(fast).not.toContain('Theo Okafor')
    expect(readable((await lee.get(`${review}/people/${id}`)).body)).toContain(spacing)
    expect(readable((await lee.get(`${review}/people`)).body)).toContain('Theo Okafor')
    const entry = await db
      .selectFrom('ledger_entries')
      .select('facts')
      .where('kind', '=', 'course-completed')
      .orderBy('turn', 'desc')
      .executeTakeFirstOrThrow()
    expect(JSON.parse(entry.facts)).toMatchObject({ pace: { is_fast: true, reading_seconds: 0 } })
  })

  test('someone who takes the planned time is neither warned nor marked', async () => {
    const world = await adaInEvenings()
    await takeCourse(world.db, world.ada, world.id, course, world.clock)
    expect(await evidenceIn(world)).toMatchObject([
      { is_fast: false, reasons: [], lessons_opened: module.lessons.length },
    ])
    expect((await world.ada.get('/courses/evenings')).body).not.toContain('Fast completion')
  })

  test('fast readers are not marked; one lesson left open doesn’t make up for the others', () => {
    const lessons = [10, 10, 10].map((minutes, n) => ({
      key: `m/${n}`,
      title: `Lesson ${n}`,
      minutes,
      isGroup: false,
      isOpened: true,
      seconds: 185,
    }))
    const given = { lessons, exercises: 0, exercisesTried: 0, attempts: [] }
    expect(paceOf(given, defaultEngagement).isFast).toBe(false)
    // The limit is 30 percent: 540 of these 1,800 seconds.
    const at = (percent: number) => ({
      ...given,
      lessons: lessons.map((one) => ({ ...one, seconds: 6 * percent })),
    })
    expect([29, 31].map((percent) => paceOf(at(percent), defaultEngagement).isFast)).toEqual([true, false])
    const uneven = lessons.map((one, n) => ({ ...one, seconds: n === 0 ? 36_000 : 0 }))
    expect(paceOf({ ...given, lessons: uneven.slice(0, 2) }, defaultEngagement).isFast).toBe(false)
    const many = [
      ...uneven,
      ...uneven.slice(1).map((one) => ({ ...one, key: `n${one.key}` })),
      ...uneven.slice(1),
      ...uneven.slice(1),
    ]
    expect(paceOf({ ...given, lessons: many }, defaultEngagement).isFast).toBe(true)
    const group = lessons.map((one) => ({ ...one, isGroup: true, isOpened: false, seconds: 0 }))
    expect(paceOf({ ...given, lessons: group }, defaultEngagement).isFast).toBe(false)
  })

  test('attempts are listed with the time between them', () => {
    const at = (module: string, start: string, end: string) => ({
      module,
      started_at: `2026-11-30T${start}:00Z`,
      finished_at: `2026-11-30T${end}:00Z`,
      is_passed: true,
    })
    expect(attemptSpacing([at('Signs', '12:00', '12:05')])).toEqual([])
    expect(attemptSpacing([at('Signs', '12:00', '12:05'), at('Law', '12:06', '12:20')])).toEqual([
      'From the start of the first attempt to the end of the last: 20 minutes.',
      'One attempt at each module.',
    ])
    expect(
      attemptSpacing([
        at('Signs', '12:00', '12:05'),
        at('Law', '12:06', '12:20'),
        at('Signs', '12:06', '12:10'),
        at('Signs', '15:10', '15:20'),
      ]),
    ).toEqual([
      'From the start of the first attempt to the end of the last: 3 hours.',
      'Signs: 3 attempts, with 1 minute and 3 hours between them.',
    ])
  })

  test('lessons open side by side don’t multiply the time', () => {
    const at = (minute: number) => new Date(minute * 60_000)
    const open = secondsOpen([
      { key: 'a', opened_at: at(0), finished_at: at(10) },
      { key: 'b', opened_at: at(0), finished_at: at(11) },
    ])
    expect([...open]).toEqual([
      ['a', 600],
      ['b', 60],
    ])
  })
})

describe('a retake', () => {
  test('waits ten minutes after the second failed attempt, with a short review', async () => {
    const world = await adaInEvenings()
    const { ada, id, db, clock } = world
    await readModule(ada, course, module)
    const fail = () => takeAssessment(db, ada, id, course, module, false)
    await fail()
    const address = await fail()
    const result = (await ada.get(address)).body
    expect(result).toContain('A short review')
    expect(result).not.toContain('>Try again</button>')
    const start = () => ada.post(`/courses/evenings/${module.slug}/assessment`)
    later(clock, 9)
    expect((await start()).headers.location).toContain('/assessment')
    expect((await ada.get(`/courses/evenings/${module.slug}/assessment`)).body).toContain(
      'You can try again at',
    )
    later(clock, 1)
    expect((await start()).headers.location).toContain('/attempts/')
  })

  test('waits as long as the course says', () => {
    const failed = { result: { is_passed: false, finished_at: '2026-11-30T12:00:00Z' } }
    const now = new Date('2026-11-30T12:05:00Z')
    expect(retakeAt([failed], 10, now)).toBeNull()
    expect(retakeAt([failed, failed], 10, now)).toEqual(new Date('2026-11-30T12:10:00Z'))
    expect(retakeAt([failed, failed], 0, now)).toBeNull()
  })
})

test('a program can have a supervisor confirm fast completions before they count; no one confirms their own', async () => {
  const residential = theCourses().courses.get('residential-settings')!.current
  const facts = (confirmed: readonly { program: string; on: string }[]) =>
    factsOf({
      programs: [
        {
          id: 'north',
          certifications: [{ type: 'st-cse-at-risk', from: '2025-01-01' }],
          settings: { fast_completions: 'after-confirmation' },
        },
      ],
      assignments: [{ program: 'north', hired_on: '2026-01-01', contact: [{ from: '2026-03-01' }] }],
      completions: [
        {
          course: residential.slug,
          approved: true,
          completed_on: '2026-02-01',
          fast: true,
          confirmed: [...confirmed],
        },
      ],
    })
  const initial = (given: ReturnType<typeof facts>) =>
    standing(given, '2026-03-02').requirements.find(
      ({ requirement }) => requirement === 'residential-initial',
    )
  expect(initial(facts([]))).toMatchObject({ standing: 'not_cleared' })
  expect(initial(facts([]))?.explanation.join(' ')).toContain('no supervisor there has confirmed it (R9)')
  expect(initial(facts([{ program: 'north', on: '2026-02-03' }]))?.standing).not.toBe('not_cleared')

  const world = await adaInEvenings()
  await readModule(world.ada, course, module)
  await takeAssessment(world.db, world.ada, world.id, course, module)
  const { id } = await world.db
    .selectFrom('completions')
    .select('id')
    .where('person_id', '=', world.id)
    .where('course', '=', 'evenings')
    .executeTakeFirstOrThrow()
  const confirmation = `/team/${world.id}/completions/${id}/confirmation`
  expect((await world.ada.post(confirmation, { note: 'I read it.' })).statusCode).toBe(404)
  const sam = await world.as('sam@northstar.example')
  const send = () => sam.post(confirmation, { note: 'We talked it through.' })
  await Promise.all([send(), send(), send(), send(), send()])
  const kept = await world.db.selectFrom('completion_confirmations').select('note').execute()
  expect(kept).toEqual([{ note: 'We talked it through.' }])
  const entries = world.db
    .selectFrom('ledger_entries')
    .select('kind')
    .where('kind', '=', 'completion-confirmed')
  expect(await entries.execute()).toHaveLength(1)
  expect((await sam.get(`/team/${world.id}`)).body).toContain('Confirmed by Sam Reyes')
})
