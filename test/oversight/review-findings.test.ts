import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { pageTexts } from '#test/certificates/reading.ts'
import { faultsOf } from '#test/paper/pdf-rules.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { openReviewOf, programId, readable, upload } from './reviewed.ts'

const now = new Date('2026-06-14T15:00:00Z')

async function aFinding(world: World, lee: Client, review: string, send: 'yes' | 'no'): Promise<string> {
  const theo = await world.db
    .selectFrom('people')
    .select('id')
    .where('email', '=', 'theo@northstar.example')
    .executeTakeFirstOrThrow()
  const answer = await lee.post(`${review}/findings`, {
    person: theo.id,
    rule: 'R6',
    body: 'The yearly training is overdue.\nPlease send a plan.',
    follow_up_on: '7/1/2026',
    send,
  })
  expect(answer.statusCode).toBe(303)
  const { id } = await world.db
    .selectFrom('review_findings')
    .select('id')
    .orderBy('number', 'desc')
    .executeTakeFirstOrThrow()
  return `/findings/${id}`
}

test('a program sees a finding after it is sent, and no other program sees it', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const rae = await world.as('rae@northstar.example')
  const review = await openReviewOf(world, lee, '9900001')
  const finding = await aFinding(world, lee, review, 'no')
  expect((await rae.get(finding)).statusCode).toBe(404)
  expect((await rae.get('/findings')).body).toContain('No finding has been sent')
  expect((await lee.post(`${finding}/acts`, { act: 'sent' })).statusCode).toBe(303)
  const seen = readable((await rae.get('/findings')).body)
  expect(seen).toContain('Finding 1.1: Theo Okafor')
  expect(seen).toContain('Answer by July 1, 2026')
  expect((await lee.get(review)).body).toContain('Awaiting the program')
  // Who has answered moves on to the next one that waits, and hears when none is left.
  clockForward(world, 5)
  const second = await aFinding(world, lee, review, 'yes')
  expect((await rae.get(finding)).body).not.toContain('>Next: ')
  clockForward(world, 5)
  await answerWith(world, rae, finding, 'Done.', null)
  expect((await rae.get(finding)).body).toContain(`href="${second}">Next: 1 finding to answer<`)
  await answerWith(world, rae, second, 'Done too.', null)
  expect((await rae.get(second)).body).toContain('No other finding waits for your answer.')
  clockForward(world, 5)
  await lee.post(`${finding}/acts`, { act: 'resolved', reason: 'Done.' })
  expect((await lee.get(finding)).body).toContain(`href="${second}">Next: 1 answer came back<`)
  const olu = await world.as('olu@lakeside.example')
  expect((await olu.get(finding)).statusCode).toBe(404)
  const sam = await world.as('sam@northstar.example')
  expect((await sam.get(finding)).statusCode).toBe(404)
})

test('the program answers with text and a file; licensing requests more, changes the follow-up day and resolves', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const rae = await world.as('rae@northstar.example')
  const review = await openReviewOf(world, lee, '9900001')
  const finding = await aFinding(world, lee, review, 'yes')

  expect((await answerWith(world, rae, finding, '', null)).statusCode).toBe(422)
  const wrong = await answerWith(world, rae, finding, 'See the file.', Buffer.from('MZ not a pdf'))
  expect(wrong.statusCode).toBe(422)
  expect(wrong.body).toContain('See the file.')
  const pdf = Buffer.from('%PDF-1.7 a plan')
  expect((await answerWith(world, rae, finding, 'Theo takes it on June 20.', pdf)).statusCode).toBe(303)

  const answered = await lee.get(finding)
  expect(readable(answered.body)).toContain('Answered by the program')
  const link = /href="(\/findings\/[^"]+\/file)"/.exec(answered.body)![1]!
  const file = await lee.get(link)
  expect(file.rawPayload.equals(pdf)).toBe(true)
  expect(file.headers['content-disposition']).toContain('attachment')

  clockForward(world, 60)
  expect((await lee.post(`${finding}/acts`, { act: 'reopened' })).statusCode).toBe(422)
  expect(
    (await lee.post(`${finding}/acts`, { act: 'reopened', reason: 'The plan has no date.' })).statusCode,
  ).toBe(303)
  expect(readable((await rae.get(finding)).body)).toContain('The plan has no date.')
  expect(
    (await lee.post(`${finding}/acts`, { act: 'follow-up-moved', follow_up_on: '7/15/2026' })).statusCode,
  ).toBe(303)
  expect(readable((await rae.get(finding)).body)).toContain('Follow up by July 15, 2026')
  clockForward(world, 60)
  expect((await answerWith(world, rae, finding, 'June 20, 9 am.', null)).statusCode).toBe(303)
  clockForward(world, 60)
  expect((await lee.post(`${finding}/acts`, { act: 'resolved', reason: 'Done.' })).statusCode).toBe(303)
  expect((await answerWith(world, rae, finding, 'One more.', null)).statusCode).toBe(422)

  const acts = await world.db
    .selectFrom('ledger_entries')
    .select('facts')
    .where('kind', '=', 'review-changed')
    .orderBy('turn')
    .execute()
  expect(acts.map(({ facts }) => (JSON.parse(facts) as { act: string }).act)).toEqual([
    ...['opened', 'finding-written', 'finding-answered', 'finding-reopened', 'finding-follow-up-moved'],
    ...['finding-answered', 'finding-resolved'],
  ])
})

test('among many people, finding one by name keeps what was typed, and nothing is saved until one is chosen', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const { rows } = await sql<{ id: string }>`
    with added as (insert into people (name) select 'Quinn Lindström ' || n from generate_series(1, 101) n returning id)
    insert into assignments (person_id, program_id, worker_type, hired_on)
      select id, ${await programId(world, '9900001')}::uuid, 'employee', '2024-01-01' from added returning person_id as id`.execute(
    world.db,
  )
  const typed = { body: 'Seven days without the training.', law: 'Minn. Stat. 245A.25', send: 'yes' }
  const saved = () => world.db.selectFrom('review_findings').select('id').execute()
  const post = (more: Record<string, string>) => lee.post(`${review}/findings`, { ...typed, ...more })
  const found = await post({ find: 'lindström 8', find_person: 'yes' })
  expect([found.statusCode, found.body]).toEqual([422, expect.stringContaining(typed.body)])
  expect(found.body).toContain(typed.law)
  expect(found.body).toContain(`type="radio" id="person-2" name="person" value="${rows[7]!.id}"`)
  expect(readable((await post({ find: 'lindström 9', searched: 'lindström 8' })).body)).toContain(
    'Choose the person, or clear the name that you typed.',
  )
  expect(await saved()).toHaveLength(0)
  const chosen = { find: 'lindström 8', searched: 'lindström 8', person: rows[7]!.id }
  expect((await post(chosen)).statusCode).toBe(303)
  const [{ id } = { id: '' }] = await saved()
  const { send, ...text } = typed
  const edited = await lee.post(`/findings/${id}/edits`, { ...text, find: 'lindström 9', find_person: 'yes' })
  expect(edited.body).toContain(rows[8]!.id)
  const asked = { subject: 'The certificate', due_on: '7/1/2026', body: 'Please send it.' }
  const evidence = await upload(world.app, lee, `${review}/evidence`, {
    ...asked,
    find: 'lindström',
    find_person: 'yes',
  })
  expect(readable(evidence.body)).toContain('The first 20 matches. Type more of the name to see others.')
  for (const text of Object.values(asked)) expect(evidence.body).toContain(text)
})

test('a finding is edited until it is sent; after that the earlier wording stays and the answer is awaited again', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const rae = await world.as('rae@northstar.example')
  const review = await openReviewOf(world, lee, '9900001')
  const finding = await aFinding(world, lee, review, 'no')
  const edit = (fields: Record<string, string>) =>
    lee.post(`${finding}/edits`, { body: 'It is 3 days overdue.', ...fields })

  expect((await lee.get(`${finding}/edit`)).body).toContain('Minn. Stat. 245A.02')
  expect((await edit({ law: '', follow_up_on: '7/8/2026' })).statusCode).toBe(303)
  expect((await lee.post(`${finding}/acts`, { act: 'sent' })).statusCode).toBe(422)
  clockForward(world, 5)
  await edit({ law: 'Minn. Stat. 245A.25, subd. 5(f)', follow_up_on: '7/8/2026' })
  clockForward(world, 5)
  expect((await lee.post(`${finding}/acts`, { act: 'sent' })).statusCode).toBe(303)
  const sent = readable((await rae.get(finding)).body)
  expect(sent).toContain('Law Minn. Stat. 245A.25, subd. 5(f)')
  expect(sent).toContain('Follow up by July 8, 2026')
  expect(sent).not.toContain('yearly training')
  expect((await rae.get(`${finding}/edit`)).statusCode).toBe(404)

  await answerWith(world, rae, finding, 'See the plan.', null)
  clockForward(world, 5)
  const corrected = { law: 'Minn. Stat. 245A.25, subd. 5(g)', body: 'It is 4 days overdue.' }
  expect((await edit(corrected)).statusCode).toBe(422)
  expect((await edit({ ...corrected, reason: 'The day was wrong.' })).statusCode).toBe(303)
  const seen = readable((await rae.get(finding)).body)
  expect(seen).toContain('Sent to the program')
  expect(seen).toContain('subd. 5(g)')
  expect(seen).toMatch(/The day was wrong\..*Earlier wording 1 version.*It is 3 days overdue\./)
  expect(readable((await lee.get(finding)).body)).toContain('Earlier wording 3 versions')
  expect((await lee.get(review)).body).toContain('Follow up by July 8, 2026')
  const told = await world.db
    .selectFrom('notices')
    .select('kind')
    .where('kind', 'like', 'finding-%')
    .execute()
  expect(told.map(({ kind }) => kind)).toEqual(['finding-sent', 'finding-answered', 'finding-corrected'])
  await expect(world.db.deleteFrom('review_finding_edits').execute()).rejects.toThrow('append-only')
  await lee.post(`${finding}/acts`, { act: 'resolved', reason: 'Done.' })
  expect((await edit({ ...corrected, reason: 'Again' })).statusCode).toBe(422)
})

test('no one can change a note, a finding or an answer', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  await aFinding(world, lee, review, 'yes')
  await lee.post(`${review}/notes`, { body: 'Personnel files are in the office.' })
  expect((await lee.get(review)).body).toContain('Personnel files are in the office.')
  await expect(world.db.updateTable('review_notes').set({ body: 'x' }).execute()).rejects.toThrow(
    'append-only',
  )
  await expect(world.db.deleteFrom('review_findings').execute()).rejects.toThrow('append-only')
})

test('the form keeps what was typed when a field has an error', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const answer = await lee.post(`${review}/findings`, {
    body: 'Two files are missing.',
    follow_up_on: 'soon',
    send: 'no',
  })
  expect(answer.statusCode).toBe(422)
  expect(answer.body).toContain('Two files are missing.')
  expect(answer.body).toContain('We can’t read “soon” as a date')
})

const clockForward = (world: World, minutes: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + minutes * 60_000)
}

const answerWith = ({ app }: World, client: Client, finding: string, body: string, file: Buffer | null) =>
  upload(app, client, `${finding}/answers`, { body }, { file: file ?? Buffer.alloc(0) })

test('a correction order is drafted from open findings: the violation, the law, and the time allowed', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  await aFinding(world, lee, review, 'yes')
  const withdrawn = await aFinding(world, lee, review, 'yes')
  await lee.post(`${withdrawn}/acts`, { act: 'withdrawn', reason: 'Entered twice' })
  expect((await lee.get(review)).body).toContain('Draft a correction order')
  const page = readable((await lee.get(`${review}/correction-order`)).body)
  expect(page).toContain('Finding 1.1')
  expect(page).not.toContain('Finding 1.2')

  const law = 'Minn. Stat. 245A.25, subd. 5(f)'
  const refused = async (form: Record<string, string>) => {
    const answer = await lee.post(`${review}/correction-order`, form)
    expect(answer.statusCode).toBe(422)
    return readable(answer.body)
  }
  expect(await refused({ 'law-1': law, 'by-1': '' })).toContain('Enter a day for at least one finding.')
  expect(await refused({ 'law-1': '', 'by-1': '7/14/2026' })).toContain('Enter the law or rule')
  expect(await refused({ 'law-1': law, 'by-1': '6/1/2026' })).toContain('can’t be in the past')

  const order = await lee.post(`${review}/correction-order`, { 'law-1': law, 'by-1': '7/14/2026' })
  expect(order.headers['content-type']).toBe('application/pdf')
  expect(faultsOf(order.rawPayload)).toEqual([])
  const [said = ''] = await pageTexts(new Uint8Array(order.rawPayload))
  for (const words of [
    'This is a draft, not an order.',
    'North Star House',
    '9900001-CRF',
    'The yearly training is overdue. Please send a plan.',
    law,
    'July 14, 2026',
  ])
    expect(said).toContain(words)
  expect(said).not.toContain('Theo')
  const [exported] = await world.db
    .selectFrom('ledger_entries')
    .select('facts')
    .where('kind', '=', 'records-exported')
    .execute()
  expect(JSON.parse(exported!.facts)).toMatchObject({
    act: 'correction-order-drafted',
    violations: [{ finding: 'Finding 1.1', law, correct_by: '2026-07-14' }],
  })
})

test('in a large program, the person that a finding or request is about is found by name, and only those shown count as viewed', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const finding = await aFinding(world, lee, review, 'no')
  const program = await programId(world, '9900001')
  const people = await world.db
    .insertInto('people')
    .values(
      Array.from({ length: 120 }, (_, n) => ({ name: `Night Worker ${n}`, email: `n${n}@worker.example` })),
    )
    .returning('id')
    .execute()
  await world.db
    .insertInto('assignments')
    .values(
      people.map(({ id }) => ({
        ...{ person_id: id, program_id: program, worker_type: 'employee', hired_on: '2026-01-05' },
      })),
    )
    .execute()
  const viewed = async () => {
    const { facts } = await world.db
      .selectFrom('ledger_entries')
      .select('facts')
      .where('kind', '=', 'person-viewed')
      .orderBy('turn', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    return JSON.parse(facts).person_ids.length
  }
  for (const address of [`${review}/findings/new`, `${finding}/edit`, `${review}/evidence/new`]) {
    const page = (await lee.get(address)).body
    expect(page).not.toContain('Night Worker')
    expect(page).not.toContain('<select class="usa-select" id="person"')
    const found = await lee.get(`${address}?find=worker+11`)
    expect(readable(found.body)).toContain('11 matches. Choose a person.')
    // The finding that is edited names its person too.
    expect(await viewed()).toBe(address.endsWith('edit') ? 12 : 11)
    const [, chosen, name] = /value="([0-9a-f-]{36})">\s*<label [^>]*>(Night Worker \d+)</.exec(found.body)!
    const about = (await lee.get(`${address}?person=${chosen}`)).body
    expect(about).toContain(`value="${chosen}" checked>`)
    expect(about).toContain(`for="person">${name}<`)
  }
})
