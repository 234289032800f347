import { expect, test } from 'vitest'
import { certificatesOn } from '#server/oversight/reviews/review-people.ts'
import type { ReviewCertificate } from '#server/oversight/reviews/review-person.queries.ts'
import { aWorld, type Client } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { addWorker, openReviewOf, programId, readable } from './reviewed.ts'

const now = new Date('2026-06-14T15:00:00Z')

test('a program is found by license number, name, license holder or place, with the words in any order', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  for (const search of [
    '9900001',
    '9900001-crf',
    'north st',
    'youth services',
    'birch falls',
    'birch star',
  ]) {
    const { body } = await lee.get(`/licensing?search=${encodeURIComponent(search)}`, {
      'hx-request': 'true',
    })
    expect(body, search).toContain('North Star House')
    expect(body, search).not.toContain('Lakeside Home')
    expect(body).not.toContain('<html')
  }
  expect((await lee.get('/licensing?search=100%25')).body).toContain('No matches.')
  expect((await lee.get('/licensing')).body).toContain('4 programs on record')
})

test('only licensing staff can open licensing pages', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const program = await programId(world, '9900001')
  for (const email of [
    'sam@northstar.example',
    'rae@northstar.example',
    'kit@system.example',
    'noor@review.example',
  ]) {
    const other = await world.as(email)
    for (const page of [
      '/licensing',
      `/licensing/programs/${program}`,
      '/reviews',
      review,
      `${review}/people`,
    ])
      expect((await other.get(page)).statusCode, `${email} ${page}`).toBe(404)
  }
})

test('a program’s page shows its license and no names; names are shown only in a review', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const page = readable((await lee.get(`/licensing/programs/${await programId(world, '9900001')}`)).body)
  expect(page).toContain('9900001-CRF')
  expect(page).toContain('As of June 14, 2026, based on what we know now')
  expect(page).toContain('Never checked against the licensing record')
  expect(page).toContain('2 of 3 people on the roster had direct contact')
  expect(page).not.toMatch(/Mai Vang|Theo Okafor|Ada Lindqvist/)
  expect(await looks(world.db)).toEqual([])

  const review = await openReviewOf(world, lee, '9900001')
  const people = readable((await lee.get(`${review}/people`)).body)
  expect(people).toContain('2 people had direct contact on June 14, 2026')
  expect(people).toContain('Theo Okafor')
})

test('a review needs a purpose', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const answer = await lee.post(`/licensing/programs/${await programId(world, '9900001')}/reviews`, {
    purpose: ' ',
  })
  expect(answer.statusCode).toBe(422)
  expect(answer.body).toContain('Enter the purpose of the review.')
})

test('every view of people is logged with its review and the people seen', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  await lee.get(`${review}/people?on=3%2F1%2F2026`)
  const rows = await looks(world.db)
  expect(rows).toHaveLength(1)
  expect(rows[0]?.subject).toBe('review:1')
  const facts = JSON.parse(rows[0]!.facts) as { what: string; person_ids: string[] }
  expect(facts.what).toBe('the roster on 2026-03-01')
  const theo = await world.db
    .selectFrom('people')
    .select('id')
    .where('email', '=', 'theo@northstar.example')
    .executeTakeFirstOrThrow()
  const person = await lee.get(`${review}/people/${theo.id}`)
  expect(person.statusCode).toBe(200)
  expect(person.body).toContain('Theo Okafor')
  const last = (await looks(world.db)).at(-1)!
  expect(JSON.parse(last.facts)).toMatchObject({ what: 'one person on 2026-06-14', person_ids: [theo.id] })
  expect(readable((await lee.get(review)).body)).toContain('Lee Marston saw 1 person')
})

test('a review can’t show a person from another program', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const ivy = await world.db
    .selectFrom('people')
    .select('id')
    .where('email', '=', 'ivy@lakeside.example')
    .executeTakeFirstOrThrow()
  expect((await lee.get(`${review}/people/${ivy.id}`)).statusCode).toBe(404)
})

test('a gap is shown with both days and its length, for today and for past days', async () => {
  const world = await aWorld({ now })
  const worker = {
    name: 'Bo Sand',
    hired_on: '2026-03-20',
    contact_from: '2026-04-02',
    completed_on: '2026-04-09',
  }
  await addWorker(world, '9900001', worker)
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const today = readable((await lee.get(`${review}/people`)).body)
  expect(today).toContain('Direct contact from April 2, 2026, training completed April 9, 2026: 7 days')
  const then = readable((await lee.get(`${review}/people?on=2026-04-05`)).body)
  expect(then).toContain('As of April 5, 2026')
  expect(then).toContain(
    'Direct contact from April 2, 2026, training not completed by April 5, 2026: 4 days so far',
  )
  const before = readable((await lee.get(`${review}/people?on=2026-04-01`)).body)
  expect(before).toContain('Bo Sand')
  expect(before).not.toContain('Direct contact from April 2')
})

test('the record as known on an earlier day leaves out what was recorded later', async () => {
  const world = await aWorld({ now: new Date('2026-06-01T15:00:00Z') })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  await addWorker(world, '9900001', { name: 'Bo Sand', hired_on: '2026-03-20', contact_from: '2026-04-02' })
  // Records made today were not known on that past day.
  const now = (await lee.get(`${review}/people?on=2026-04-05`)).body
  const then = (await lee.get(`${review}/people?on=2026-04-05&known=then`)).body
  expect(now).toContain('Bo Sand')
  expect(then).not.toContain('Bo Sand')
  expect(then).toContain('was known at the end of that day')
})

test('a closed review shows no people, and can be reopened only with a reason', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  expect((await lee.post(`${review}/states`, { state: 'closed' })).statusCode).toBe(303)
  const closed = await lee.get(`${review}/people`)
  expect(closed.body).toContain('This review is closed')
  expect(closed.body).not.toContain('Theo Okafor')
  expect(await looks(world.db)).toEqual([])
  expect((await lee.post(`${review}/states`, { state: 'open' })).statusCode).toBe(422)
  expect(
    (await lee.post(`${review}/states`, { state: 'open', reason: 'New facts came in.' })).statusCode,
  ).toBe(303)
  expect((await lee.get(`${review}/people`)).body).toContain('Theo Okafor')
})

test('every page that names a person to licensing staff is logged with its review, including error pages', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const rae = await world.as('rae@northstar.example')
  const review = await openReviewOf(world, lee, '9900001')
  const theo = await personId(world.db, 'theo@northstar.example')
  const written = await lee.post(`${review}/findings`, {
    person: theo,
    law: 'Minn. Stat. 245A.25',
    body: 'Overdue.',
    send: 'yes',
  })
  expect(written.statusCode).toBe(303)
  const { id } = await world.db.selectFrom('review_findings').select('id').executeTakeFirstOrThrow()
  const finding = `/findings/${id}`
  const boundary = 'a-boundary-of-a-form'
  const part = (head: string, body: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}\r\n`
  const answered = await rae.send(
    'POST',
    `${finding}/answers`,
    `${part('name="body"', 'See the plan.')}${part('name="file"; filename="plan.pdf"', '%PDF-1.7 a plan')}--${boundary}--\r\n`,
    { 'content-type': `multipart/form-data; boundary=${boundary}`, 'sec-fetch-site': 'same-origin' },
  )
  expect(answered.statusCode).toBe(303)
  const evidence = /href="(\/findings\/[^"]+\/file)"/.exec((await rae.get(finding)).body)![1]!
  const before = (await looks(world.db)).length
  const asked = [
    () => lee.get(review),
    () => lee.post(`${review}/notes`, { body: ' ' }),
    () => lee.get(`${review}/people`),
    () => lee.get(`${review}/people?on=soon`),
    () => lee.get(`${review}/people/${theo}`),
    () => lee.get(`${review}/findings/new`),
    () => lee.post(`${review}/findings`, { body: '', send: 'no' }),
    () => lee.get(finding),
    () => lee.post(`${finding}/acts`, { act: 'resolved', reason: '' }),
    () => lee.get(evidence),
  ]
  for (const [index, ask] of asked.entries()) {
    const page = await ask()
    if (page.headers['content-type']?.toString().startsWith('text/html'))
      expect(page.body, String(ask)).toContain('Theo Okafor')
    const rows = await looks(world.db)
    expect(rows, String(ask)).toHaveLength(before + index + 1)
    expect(rows.at(-1)!.subject).toBe('review:1')
    expect(JSON.parse(rows.at(-1)!.facts).person_ids, String(ask)).toContain(theo)
  }
  // The program's administrator sees the same finding but is not licensing staff, so it is not logged.
  await rae.get(finding)
  expect(await looks(world.db)).toHaveLength(before + asked.length)
})

test('a closed review accepts no findings and shows no people to choose from', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  await lee.post(`${review}/states`, { state: 'closed' })
  const form = await lee.get(`${review}/findings/new`)
  expect(form.body).toContain('This review is closed')
  expect(form.body).not.toContain('Theo Okafor')
  expect((await lee.post(`${review}/findings`, { body: 'Late.', send: 'yes' })).statusCode).toBe(409)
  expect(await world.db.selectFrom('review_findings').select('id').execute()).toEqual([])
})

test('a review opened from a page for another day shows that day', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const program = await programId(world, '9900001')
  const page = await lee.get(`/licensing/programs/${program}?on=5/1/2026&known=then`)
  expect(page.body).toContain('name="on" value="2026-05-01"')
  const form = { purpose: 'Licensing review', on: '2026-05-01', known: 'then' }
  const answer = await lee.post(`/licensing/programs/${program}/reviews`, form)
  expect(readable((await lee.follow(answer)).body)).toContain(
    'As of May 1, 2026, based on what was known at the end of that day.',
  )
})

test('a person’s page lists a certificate from the day of its completion on', async () => {
  const world = await aWorld({ now: new Date('2026-06-01T15:00:00Z') })
  const worker = {
    name: 'Bo Sand',
    hired_on: '2026-03-20',
    contact_from: '2026-04-02',
    completed_on: '2026-04-09',
  }
  const id = await addWorker(world, '9900001', worker)
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const page = async (on: string) => readable((await lee.get(`${review}/people/${id}?on=${on}`)).body)
  expect(await page('2026-04-05')).toContain('None issued here.')
  expect(await page('2026-04-09')).toMatch(/SH-0000\d\d/)
})

test('as known on an earlier day, a certificate has the status it had then', () => {
  const certificate = {
    facts: { completed_on: '2026-04-09' },
    issued_at: new Date('2026-04-12T15:00:00Z'),
    revoked_at: null,
    superseded_at: new Date('2026-05-02T15:00:00Z'),
    corrected_by: { number: 'SH-000009', issued_at: '2026-05-02T15:00:00Z' },
    status: 'superseded',
    replaced_by: 'SH-000009',
  } as unknown as ReviewCertificate
  const then = (on: string) =>
    certificatesOn([certificate], on, on).map((one) => [one.status, one.replaced_by])
  expect(then('2026-04-10')).toEqual([])
  expect(then('2026-04-12')).toEqual([['valid', null]])
  expect(then('2026-05-02')).toEqual([['superseded', 'SH-000009']])
  // As known now, it has its current status.
  expect(certificatesOn([certificate], '2026-04-10', null)).toEqual([certificate])
})

const looks = (db: Awaited<ReturnType<typeof aWorld>>['db']) =>
  db
    .selectFrom('ledger')
    .select(['subject', 'facts'])
    .where('kind', '=', 'person-viewed')
    .orderBy('seq')
    .execute()

/** Follows links that the pages show, one click each, and gives the address where they lead. */
async function clicks(client: Client, from: string, ...links: readonly RegExp[]): Promise<string> {
  let address = from
  for (const link of links) {
    const { body } = await client.get(address)
    const found = [...body.matchAll(/href="([^"#]+)/g)]
      .map(([, href]) => href!)
      .find((href) => link.test(href))
    expect(found, `${link} on ${address}`).toBeDefined()
    address = found!
  }
  return address
}

test('gaps, a packet, a revocation and an outside training to accept are as few clicks away as promised', async () => {
  const world = await aWorld({ now })
  await addWorker(world, '9900001', {
    name: 'Bo Sand',
    hired_on: '2026-03-20',
    contact_from: '2026-04-02',
    completed_on: '2026-04-09',
  })
  const lee = await world.as('lee@licensing.example')
  const program = await programId(world, '9900001')
  // Gaps without names: one click from licensing's home. With names, in an open review: two.
  const programPage = await clicks(lee, '/licensing', new RegExp(`^/licensing/programs/${program}`))
  expect(readable((await lee.get(programPage)).body)).toContain('with a gap on record')
  await openReviewOf(world, lee, '9900001')
  const people = await clicks(
    lee,
    '/licensing',
    new RegExp(`^/licensing/programs/${program}`),
    /^\/reviews\/.*people/,
  )
  expect(readable((await lee.get(people)).body)).toContain('Direct contact from April 2, 2026')
  // The packet: one more.
  const packets = await clicks(lee, people, /\/packets$/)
  expect((await lee.get(packets)).body).toContain('>Make packet</button>')
  // A revocation: two from the person, then the form.
  const bo = await world.db
    .selectFrom('people')
    .select('id')
    .where('name', '=', 'Bo Sand')
    .executeTakeFirstOrThrow()
  const person = await clicks(lee, people, new RegExp(`/people/${bo.id}`))
  const revocation = await clicks(lee, person, /^\/certificates\/records\/SH-/, /\/revocation$/)
  expect((await lee.get(revocation)).body).toContain('<form')
  // An outside training: one click from the administrator's home, and the button that accepts it.
  await world.db
    .insertInto('outside_trainings')
    .values({
      person_id: bo.id,
      recorded_by: bo.id,
      title: 'A webinar',
      completed_on: '2026-05-01',
      is_human_trafficking: true,
    })
    .execute()
  const rae = await world.as('rae@northstar.example')
  const training = await clicks(rae, '/team', /^\/training\/elsewhere\/[0-9a-f-]{36}$/)
  expect((await rae.get(training)).body).toContain('name="decision" value="accept"')
})
