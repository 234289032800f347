import { describe, expect, test } from 'vitest'
import { findApproval } from '#server/courses/catalogue/approvals.queries.ts'
import type { Catalogue, Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { insertCompletion } from '#server/demo/fill.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { aWorld, type Client, config, theCourses } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

const noor = 'noor@review.example'
const ines = 'ines@review.example'
const pdf = '%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n'

/** The form as a browser sends it with its file. */
async function record(client: Client, text: CourseVersion, given: Record<string, string> = {}, file = pdf) {
  const fields = {
    text: text.hash,
    authority: 'Commissioner of Human Services',
    reference: 'Letter 26-17',
    approved_on: '3/15/2026',
    effective_on: '4/1/2026',
    ...given,
  }
  const parts = Object.entries(fields).map(
    ([name, value]) => `--cut\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const attached = file
    ? `--cut\r\ncontent-disposition: form-data; name="document"; filename="letter.pdf"\r\ncontent-type: application/pdf\r\n\r\n${file}\r\n`
    : ''
  return client.send(
    'POST',
    `/review/courses/${text.slug}/${text.version}/approvals`,
    `${parts.join('')}${attached}--cut--\r\n`,
    {
      'content-type': 'multipart/form-data; boundary=cut',
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
    },
  )
}

const child = (catalogue: Catalogue) => catalogue.courses.get('child-protection')!.current
const textOf = ({ slug, version, hash }: CourseVersion) => ({ course: slug, version, hash })

async function aReview(options: { writtenBy?: readonly string[] } = {}) {
  const courses = new Map(theCourses().courses)
  const course = courses.get('child-protection')!
  const current = { ...course.current, writtenBy: options.writtenBy ?? [] }
  const changed: Course = {
    ...course,
    current,
    working: current,
    versions: new Map([[current.version, current]]),
  }
  const catalogue = { ...theCourses(), courses: courses.set('child-protection', changed) }
  const world = await aWorld({ catalogue })
  const text = child(catalogue)
  const idOf = async () =>
    (
      await world.db
        .selectFrom('course_approvals')
        .select('id')
        .where('course', '=', text.slug)
        .executeTakeFirstOrThrow()
    ).id
  return { ...world, text, idOf, first: await world.as(noor), second: await world.as(ines) }
}

describe('the commissioner’s approval', () => {
  test('counts once a second reviewer confirms it, and each step is in the ledger', async () => {
    const { db, text, first, second, idOf } = await aReview()
    expect((await record(first, text)).statusCode).toBe(303)
    expect(await findApproval(db, textOf(text), '2026-11-30')).toBeNull()
    const id = await idOf()
    const document = await second.get(`/review/approvals/${id}/document`)
    expect(document.headers['content-disposition']).toBe('attachment; filename="letter.pdf"')
    expect(document.body).toBe(pdf)
    expect((await second.post(`/review/approvals/${id}/confirmation`)).statusCode).toBe(303)
    expect(await findApproval(db, textOf(text), '2026-11-30')).toEqual({
      authority: 'Commissioner of Human Services',
      reference: 'Letter 26-17',
      approved_on: '2026-03-15',
      effective_on: '2026-04-01',
      carried_from: null,
      demonstration: false,
    })
    const page = await first.get('/courses/child-protection')
    expect(page.body).toContain(
      'was approved by Commissioner of Human Services, reference Letter 26-17, on March 15, 2026, in effect from April 1, 2026',
    )
    const acts = await db
      .selectFrom('ledger_entries')
      .select(['kind', 'actor_id', 'subject'])
      .where('subject', '=', `course:child-protection@${text.version}`)
      .orderBy('turn')
      .execute()
    expect(acts.map(({ kind, actor_id }) => [kind, actor_id])).toEqual([
      ['approval-recorded', await personId(db, noor)],
      ['approval-confirmed', await personId(db, ines)],
    ])
  })

  test('cannot be confirmed by the reviewer who recorded it', async () => {
    const { db, text, first, idOf } = await aReview()
    await record(first, text)
    const answer = await first.post(`/review/approvals/${await idOf()}/confirmation`)
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain(
      'You recorded this approval, so a second reviewer must confirm or refuse it.',
    )
    expect(await findApproval(db, textOf(text), '2026-11-30')).toBeNull()
  })

  test('cannot be recorded or confirmed by the text’s author', async () => {
    const one = await aReview({ writtenBy: ['Pat Lee', 'Noor H. <NOOR@review.example>'] })
    const refused = await record(one.first, one.text)
    expect(refused.statusCode).toBe(422)
    expect(refused.body).toContain('You wrote this text')
    await record(one.second, one.text)
    const answer = await one.first.post(`/review/approvals/${await one.idOf()}/confirmation`)
    expect(answer.statusCode).toBe(422)
    expect(await findApproval(one.db, textOf(one.text), '2026-11-30')).toBeNull()
  })

  test('can be refused with a reason and then recorded again', async () => {
    const { text, first, second, idOf } = await aReview()
    await record(first, text)
    const id = await idOf()
    expect((await second.post(`/review/approvals/${id}/refusal`)).statusCode).toBe(422)
    await second.post(`/review/approvals/${id}/refusal`, { reason: 'The letter is about another course.' })
    const page = await first.get(`/review/courses/child-protection/${text.version}`)
    expect(page.body).toContain('The letter is about another course.')
    expect((await record(first, text, { reference: 'Letter 26-18' })).statusCode).toBe(303)
  })

  test('is decided once: of two decisions at the same time, one is refused', async () => {
    const { db, text, first, second, idOf } = await aReview()
    await record(first, text)
    const id = await idOf()
    const answers = await Promise.all([
      second.post(`/review/approvals/${id}/confirmation`),
      second.post(`/review/approvals/${id}/refusal`, { reason: 'Not this one.' }),
    ])
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 422])
    const acts = await db
      .selectFrom('course_approval_decisions')
      .select('act')
      .where('approval_id', '=', id)
      .execute()
    expect(acts).toHaveLength(1)
  })

  test('changes standings in the same transaction, and a withdrawal does not affect earlier completions', async () => {
    const { db, clock, catalogue, as } = await aWorld({ now: new Date('2026-11-20T15:00:00Z') })
    const text = catalogue.courses.get('residential-settings')!.current
    const [first, second] = [await as(noor), await as(ines)]
    const ada = await personId(db, 'ada@northstar.example')
    const id = (await db.selectFrom('course_approvals').select('id').executeTakeFirstOrThrow()).id
    expect((await first.post(`/review/approvals/${id}/withdrawal`)).statusCode).toBe(422)
    await first.post(`/review/approvals/${id}/withdrawal`, { reason: 'Recorded for the demonstration.' })
    expect(await findApproval(db, textOf(text), '2026-11-30')).toBeNull()
    const mai = await personId(db, 'mai@northstar.example')
    const standingOf = (person: string) =>
      db
        .selectFrom('standings')
        .select('standing')
        .where('person_id', '=', person)
        .where('requirement', '=', 'residential-initial')
        .executeTakeFirst()
    expect(await standingOf(mai)).toEqual({ standing: 'current' })
    clock.now = new Date('2026-11-20T22:00:00Z')
    await writeEvidence(db, (trx) =>
      insertCompletion(trx, { id: ada, name: 'Ada Lindqvist' }, text, config, '2026-11-20'),
    )
    const before = await standingOf(ada)
    await record(first, text)
    const again = await db
      .selectFrom('course_approvals')
      .select('id')
      .where('reference', '=', 'Letter 26-17')
      .executeTakeFirstOrThrow()
    await second.post(`/review/approvals/${again.id}/confirmation`)
    expect(await standingOf(ada)).toEqual({ standing: 'current' })
    expect(before).not.toEqual({ standing: 'current' })
  })

  test.each([
    ['without its document', {}, '', 'Attach the approval document as a PDF'],
    ['with a file that is no PDF', {}, '<html>', 'Attach the approval document as a PDF'],
    ['with a document of more than 10 MB', {}, pdf.padEnd(10 * 1024 * 1024 + 1), 'larger than 10 MB'],
    ['without a reference', { reference: ' ' }, pdf, 'Enter the document’s reference'],
    ['of a day to come', { approved_on: '3/15/2099' }, pdf, 'Enter a date that is today or earlier'],
    [
      'without the day from which it counts',
      { effective_on: '' },
      pdf,
      'Enter the date the approval takes effect',
    ],
    ['of a text that has changed since', { text: '0'.repeat(64) }, pdf, 'The text has changed since'],
  ])('is not recorded %s', async (_, given, file, reason) => {
    const { db, text, first } = await aReview()
    const answer = await record(first, text, given, file)
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain(reason)
    expect(
      await db.selectFrom('course_approvals').select('id').where('course', '=', text.slug).execute(),
    ).toEqual([])
  })

  test('is only visible to reviewers', async () => {
    const { text, as } = await aReview()
    for (const email of [
      'ada@northstar.example',
      'rae@northstar.example',
      'lee@licensing.example',
      'kit@system.example',
    ]) {
      const other = await as(email)
      expect((await other.get('/review/courses')).statusCode).toBe(404)
      expect((await record(other, text)).statusCode).toBe(404)
    }
  })
})
