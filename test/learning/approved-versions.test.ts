import { describe, expect, test } from 'vitest'
import type { Catalogue, Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { ChangeRecord } from '#server/courses/catalogue/course-parts.ts'
import { insertCompletion } from '#server/demo/fill.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { aWorld, type Client, config, theCourses, type World, type WorldOptions } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { readModule, takeAssessment } from '#test/support/taking.ts'

const slug = 'residential-settings'
const [ada, sam, noor, ines] = [
  'ada@northstar.example',
  'sam@northstar.example',
  'noor@review.example',
  'ines@review.example',
] as const
const cannotCount = /can’t count for “Initial training for specialized residential settings”/

/** A service where version 1.0.0 is approved, and newer versions can be published while it runs. */
async function aHouse(options: Pick<WorldOptions, 'now'> = {}) {
  const courses = new Map(theCourses().courses)
  const first = courses.get(slug)!.published.at(-1)!
  const set = (published: readonly CourseVersion[]) =>
    courses.set(slug, {
      slug,
      current: published[0]!,
      working: undefined,
      published,
      versions: new Map(published.map((one) => [one.version, one])),
    } satisfies Course)
  set([first])
  const catalogue: Catalogue = { ...theCourses(), courses }
  const world = await aWorld({ catalogue, ...options })
  /** Adds a release. Its text is the same; only its declared change differs. */
  const publish = (version: string, kind: ChangeRecord['kind']): CourseVersion => {
    const { published } = courses.get(slug)!
    const hash = version.replaceAll('.', '').padEnd(64, 'a')
    const change: ChangeRecord = {
      kind,
      since: published[0]!.version,
      summary: 'Some words.',
      publishedOn: '2026-11-20',
      publishedBy: 'Pat Lee',
      lessons: [],
      questions: [],
      readAgain: {},
    }
    const text = { ...first, version, hash, change }
    set([text, ...published])
    return text
  }
  return { ...world, publish, first }
}

const begunVersion = async ({ db }: World, email: string) => {
  const id = await personId(db, email)
  const { version } = await db
    .selectFrom('enrollments')
    .select('version')
    .where('person_id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return version
}

/** The form that carries the previous version's approval over to this one. */
const carry = (client: Client, text: CourseVersion, given: Record<string, string> = {}) =>
  client.post(`/review/courses/${slug}/${text.version}/carried-approval`, {
    text: text.hash,
    same_meaning: 'yes',
    ...given,
  })

const waitingId = async ({ db }: World, version: string) => {
  const { id } = await db
    .selectFrom('course_approvals')
    .select('id')
    .where('version', '=', version)
    .orderBy('recorded_at', 'desc')
    .executeTakeFirstOrThrow()
  return id
}

async function withdrawFirst(world: World) {
  const reviewer = await world.as(noor)
  const id = await waitingId(world, '1.0.0')
  await reviewer.post(`/review/approvals/${id}/withdrawal`, { reason: 'The letter was about another text.' })
}

describe('when only an approved version counts', () => {
  test('new learners don’t get a release that is not approved', async () => {
    const house = await aHouse()
    house.publish('1.1.0', 'meaning')
    const learner = await house.as(ada)
    expect((await learner.get(`/courses/${slug}`)).body).not.toMatch(cannotCount)
    await learner.post(`/courses/${slug}/enrollment`)
    expect(await begunVersion(house, ada)).toBe('1.0.0')
    const page = await learner.get(`/courses/${slug}`)
    expect(page.body).not.toContain('Version 1.1.0')
  })

  test('new learners get the newest version of a course that no requirement depends on', async () => {
    const house = await aHouse()
    const known = house.catalogue.courses.get('child-protection')!
    const newer = { ...known.current, version: '1.1.0', hash: 'b'.repeat(64) }
    const courses = house.catalogue.courses as Map<string, Course>
    courses.set('child-protection', {
      ...known,
      current: newer,
      published: [newer, ...known.published],
      versions: new Map([...known.versions, ['1.1.0', newer]]),
    })
    const learner = await house.as('jo@county.example')
    await learner.post('/courses/child-protection/enrollment')
    expect(await begunVersion(house, 'jo@county.example')).toBe('1.1.0')
  })

  test('while no version is approved, the learner and the supervisor see that it can’t count', async () => {
    const house = await aHouse()
    await withdrawFirst(house)
    const learner = await house.as(ada)
    expect((await learner.get(`/courses/${slug}`)).body).toMatch(cannotCount)
    await learner.post(`/courses/${slug}/enrollment`)
    expect((await learner.get('/')).body).toMatch(cannotCount)
    const id = await personId(house.db, ada)
    for (const module of house.first.modules) {
      await readModule(learner, house.first, module)
      if (module !== house.first.modules.at(-1))
        await takeAssessment(house.db, learner, id, house.first, module)
    }
    const supervisor = await house.as(sam)
    expect((await supervisor.get(`/team/${id}`)).body).toMatch(cannotCount)
    expect((await supervisor.get('/team')).body).toContain(
      'This version can’t count because it is not approved',
    )
    const last = house.first.modules.at(-1)!
    const attempt = await takeAssessment(house.db, learner, id, house.first, last)
    const finish = await learner.get(attempt)
    expect(finish.body).toContain('You finished the course')
    expect(finish.body).toMatch(cannotCount)
    expect(finish.body).toContain('was in effect on the day it was completed')
  })

  test('a learner on a newer version that is not approved can move to the one that counts', async () => {
    const house = await aHouse()
    await withdrawFirst(house)
    const newer = house.publish('1.1.0', 'meaning')
    const learner = await house.as(ada)
    await learner.post(`/courses/${slug}/enrollment`)
    expect(await begunVersion(house, ada)).toBe(newer.version)
    const text = house.first
    await house.db
      .insertInto('course_approvals')
      .values({
        course: slug,
        version: text.version,
        content_hash: text.hash,
        authority: 'Commissioner',
        reference: 'Letter 2',
        approved_on: '2026-11-01',
        effective_on: '2026-11-01',
      })
      .execute()
    await (await house.as(ines)).post(`/review/approvals/${await waitingId(house, '1.0.0')}/confirmation`)
    expect((await learner.get(`/courses/${slug}`)).body).toContain('Version 1.0.0 is the one that counts')
    house.clock.now = new Date(house.clock.now.getTime() + 60_000)
    await learner.post(`/courses/${slug}/version`)
    expect(await begunVersion(house, ada)).toBe('1.0.0')
  })
})

describe('the approval of the previous version', () => {
  test('is carried over to a typo release once two reviewers confirm that nothing of meaning changed', async () => {
    const house = await aHouse()
    const text = house.publish('1.0.1', 'typo')
    const [first, second] = [await house.as(noor), await house.as(ines)]
    const unread = await carry(first, text, { same_meaning: '' })
    expect(unread.statusCode).toBe(422)
    expect(unread.body).toContain('Compare the two versions first')
    expect((await carry(first, text)).statusCode).toBe(303)
    const id = await waitingId(house, '1.0.1')
    const alone = await first.post(`/review/approvals/${id}/confirmation`)
    expect(alone.body).toContain(
      'You recorded this approval, so a second reviewer must confirm or refuse it.',
    )
    const learner = await house.as(ada)
    expect((await learner.get(`/courses/${slug}`)).body).toContain('Version 1.0.0 was approved by')
    await second.post(`/review/approvals/${id}/confirmation`)
    const page = (await learner.get(`/courses/${slug}`)).body
    expect(page).toContain('Version 1.0.1 was approved by')
    expect(page).toContain('The approval is of version 1.0.0; version 1.0.1 changes wording, not meaning.')
    await learner.post(`/courses/${slug}/enrollment`)
    expect(await begunVersion(house, ada)).toBe('1.0.1')
  })

  test('makes completions of the new version count, and their certificates say where the approval comes from', async () => {
    const house = await aHouse({ now: new Date('2026-11-20T15:00:00Z') })
    const text = house.publish('1.0.1', 'typo')
    const [first, second] = [await house.as(noor), await house.as(ines)]
    await carry(first, text)
    await second.post(`/review/approvals/${await waitingId(house, '1.0.1')}/confirmation`)
    const person = { id: await personId(house.db, ada), name: 'Ada Lindqvist' }
    await writeEvidence(house.db, (trx) => insertCompletion(trx, person, text, config, '2026-11-20'))
    const { facts } = await house.db
      .selectFrom('certificates')
      .select('facts')
      .where('person_id', '=', person.id)
      .executeTakeFirstOrThrow()
    expect(facts).toMatchObject({ approval: { carried_from: '1.0.0', reference: 'DEMO-0001' } })
    const page = (await (await house.as(ada)).get(`/courses/${slug}`)).body
    expect(page).toContain('You completed this course on November 20, 2026')
    expect(page).not.toMatch(cannotCount)
  })

  test('is carried over to a clarification only with a reason', async () => {
    const house = await aHouse()
    const text = house.publish('1.1.0', 'clarification')
    const reviewer = await house.as(noor)
    const refused = await carry(reviewer, text)
    expect(refused.statusCode).toBe(422)
    expect(refused.body).toContain('Enter why the approval still applies.')
    const reason = 'The new wording explains the same duty.'
    expect((await carry(reviewer, text, { carried_because: reason })).statusCode).toBe(303)
    expect((await reviewer.get(`/review/courses/${slug}/1.1.0`)).body).toContain(reason)
  })

  test('is never carried over to a change of law or meaning', async () => {
    const house = await aHouse()
    const text = house.publish('2.0.0', 'meaning')
    const reviewer = await house.as(noor)
    expect((await reviewer.get(`/review/courses/${slug}/2.0.0`)).body).not.toContain(
      'Carry over the approval of version',
    )
    expect((await carry(reviewer, text, { carried_because: 'It is nearly the same.' })).statusCode).toBe(422)
    expect(await house.db.selectFrom('course_approvals').select('version').execute()).toEqual([
      { version: '1.0.0' },
    ])
  })

  test('ends when the original approval ends', async () => {
    const house = await aHouse()
    const [first, second] = [await house.as(noor), await house.as(ines)]
    for (const version of ['1.0.1', '1.0.2']) {
      await carry(first, house.publish(version, 'typo'))
      await second.post(`/review/approvals/${await waitingId(house, version)}/confirmation`)
    }
    const learner = await house.as(ada)
    expect((await learner.get(`/courses/${slug}`)).body).toContain('Version 1.0.2 was approved by')
    await withdrawFirst(house)
    expect((await learner.get(`/courses/${slug}`)).body).toMatch(cannotCount)
    const acts = await house.db
      .selectFrom('course_approval_decisions')
      .select('act')
      .where('act', '=', 'withdrawn')
      .execute()
    expect(acts).toHaveLength(3)
  })

  test('can’t be confirmed after the original approval was withdrawn', async () => {
    const house = await aHouse()
    await carry(await house.as(noor), house.publish('1.0.1', 'typo'))
    await withdrawFirst(house)
    const answer = await (await house.as(ines)).post(
      `/review/approvals/${await waitingId(house, '1.0.1')}/confirmation`,
    )
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('The approval that it carries over is no longer in force.')
  })
})

describe('the day from which an approval counts', () => {
  test.each([
    ['the day before does not count', '2026-11-20', null],
    ['that day counts', '2026-11-21', '2026-11-21'],
  ])('a course completed on %s', async (_, completedOn, satisfiedOn) => {
    const house = await aHouse({ now: new Date('2026-11-22T15:00:00Z') })
    const text = house.publish('1.1.0', 'meaning')
    await house.db
      .insertInto('course_approvals')
      .values({
        course: slug,
        version: text.version,
        content_hash: text.hash,
        authority: 'Commissioner',
        reference: 'Letter 3',
        approved_on: '2026-11-10',
        effective_on: '2026-11-21',
      })
      .execute()
    const newcomer = await personId(house.db, ada)
    await writeEvidence(house.db, (trx) =>
      insertCompletion(trx, { id: newcomer, name: 'Ada Lindqvist' }, text, config, completedOn),
    )
    await (await house.as(ines)).post(`/review/approvals/${await waitingId(house, '1.1.0')}/confirmation`)
    const row = await house.db
      .selectFrom('standings')
      .select('satisfied_on')
      .where('person_id', '=', newcomer)
      .where('requirement', '=', 'residential-initial')
      .executeTakeFirstOrThrow()
    expect(row.satisfied_on).toBe(satisfiedOn)
  })
})
