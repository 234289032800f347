import { beforeAll, describe, expect, test } from 'vitest'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { programId, readable } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { handlersOf } from '#test/support/jobs.ts'

let world: World
let rae: Client
let sam: Client
let olu: Client
let mai: string
let theo: string
let house: string
let base: string

beforeAll(async () => {
  // A Monday.
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  rae = await world.as('rae@northstar.example')
  sam = await world.as('sam@northstar.example')
  olu = await world.as('olu@lakeside.example')
  mai = await personId(world.db, 'mai@northstar.example')
  theo = await personId(world.db, 'theo@northstar.example')
  house = await programId(world.db, 'North Star House')
  base = `/programs/${house}/requirements`
})

const firstAid = {
  title: 'First aid',
  source: 'Our policy 12',
  contact: 'no',
  schedule: 'months',
  months: '24',
  first_days: '30',
  least_hours: '4',
  from_on: '1/1/2026',
}

/** Sends the recording form as a browser does, with a file of this content. */
const record = (client: Client, id: string, fields: readonly (readonly [string, string])[], file = '') => {
  const part = (name: string, value: string, more = '') =>
    `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
  const attached = file ? part('file', file, '; filename="sheet.pdf"') : ''
  const body = `${fields.map(([name, value]) => part(name, value)).join('')}${attached}--b--\r\n`
  return client.send('POST', `${base}/${id}/trainings`, body, {
    'content-type': 'multipart/form-data; boundary=b',
    'sec-fetch-site': 'same-origin',
    'idempotency-key': crypto.randomUUID(),
  })
}
const rowsOf = (title: string) =>
  world.db
    .selectFrom('program_requirements')
    .select(['requirement_id', 'from_on', 'to_on', 'months', 'superseded_at', 'superseded_reason'])
    .where('title', '=', title)
    .orderBy('recorded_at')
    .orderBy('from_on')
    .execute()
const idOf = async (title: string) => (await rowsOf(title))[0]!.requirement_id
const ledger = async () =>
  (
    await world.db
      .selectFrom('ledger_entries')
      .select(['kind', 'subject'])
      .where('kind', 'like', 'program-%')
      .orderBy('turn')
      .execute()
  ).map(({ kind, subject }) => `${kind} ${subject.split(':')[0]}`)
/** Everything that the law says of anyone, as it is stored. */
const verdicts = async () => ({
  standings: await world.db
    .selectFrom('standings')
    .selectAll()
    .orderBy('person_id')
    .orderBy('program_id')
    .orderBy('requirement')
    .execute(),
  clearances: await world.db
    .selectFrom('clearances')
    .selectAll()
    .orderBy('person_id')
    .orderBy('program_id')
    .execute(),
})
const noticesTo = async (person: string, like: string) =>
  world.db
    .selectFrom('notices')
    .select(['kind', 'facts', 'moot_at'])
    .where('person_id', '=', person)
    .where('kind', 'like', like)
    .orderBy('created_at')
    .execute()

describe('a program administrator', () => {
  test('adds a requirement, and the program’s people owe it; the law’s verdicts stay as they were', async () => {
    const before = await verdicts()
    const missing = await rae.post(base, { title: 'First aid' })
    expect([missing.statusCode, readable(missing.body)]).toEqual([
      422,
      expect.stringContaining('Choose how often it is due.'),
    ])
    expect((await rae.post(base, firstAid)).headers.location).toBe(base)
    const page = readable((await rae.get(base)).body)
    expect(page).toContain(
      'The first time within 30 days of the first day. Then again within 24 months each time.',
    )
    expect(page).toContain('The date and at least 4 hours')
    expect(page).toMatch(/\d+ overdue/)
    expect(await verdicts()).toEqual(before)
  })

  test('changes it from a day on: what applied before ends the day before and stays on record', async () => {
    const id = await idOf('First aid')
    const change = { ...firstAid, months: '12', from_on: '6/1/2026' }
    const silent = await rae.post(`${base}/${id}/change`, change)
    expect([silent.statusCode, silent.body.includes('Enter why it changes')]).toEqual([422, true])
    const early = await rae.post(`${base}/${id}/change`, {
      ...change,
      from_on: '12/1/2025',
      reason: 'New policy',
    })
    expect(readable(early.body)).toContain('The latest version begins on January 1, 2026.')
    expect((await rae.post(`${base}/${id}/change`, { ...change, reason: 'New policy' })).statusCode).toBe(303)
    expect(await rowsOf('First aid')).toEqual([
      expect.objectContaining({
        from_on: '2026-01-01',
        to_on: null,
        months: 24,
        superseded_reason: 'New policy',
      }),
      expect.objectContaining({
        from_on: '2026-01-01',
        to_on: '2026-05-31',
        months: 24,
        superseded_at: null,
      }),
      expect.objectContaining({ from_on: '2026-06-01', to_on: null, months: 12, superseded_at: null }),
    ])
    await expect(
      world.db.updateTable('program_requirements').set({ title: 'Second aid' }).execute(),
    ).rejects.toThrow('never rewritten')
  })

  test('ends one, or removes what was recorded by mistake', async () => {
    for (const title of ['Fire drill', 'A mistake']) await rae.post(base, { ...firstAid, title })
    const [drill, mistake] = [await idOf('Fire drill'), await idOf('A mistake')]
    await rae.post(`${base}/${drill}/end`, { change: 'end', to_on: '11/22/2026', reason: 'No longer ours' })
    await rae.post(`${base}/${mistake}/end`, { change: 'remove', reason: 'Typed twice' })
    const page = readable((await rae.get(base)).body)
    expect(page.split('Every change on record')[0]).not.toMatch(/Fire drill|A mistake/)
    expect(page).toContain('Why: Typed twice')
    expect((await rae.get(`${base}/${drill}/trainings/new`)).statusCode).toBe(404)
  })

  test('of another program finds none of it, and a supervisor can’t change it', async () => {
    const id = await idOf('First aid')
    for (const address of [base, `${base}.csv`, `${base}/${id}/change`, `${base}/${id}/trainings/new`])
      expect((await olu.get(address)).statusCode).toBe(404)
    expect((await olu.post(base, firstAid)).statusCode).toBe(404)
    expect((await sam.post(base, firstAid)).statusCode).toBe(404)
    expect((await sam.post(`${base}/${id}/end`, { change: 'remove', reason: 'x' })).statusCode).toBe(404)
    expect((await sam.get(base)).body).not.toContain(`${base}/new`)
  })
})

describe('a supervisor', () => {
  test('records a training for many at once, with one file as evidence', async () => {
    const id = await idOf('First aid')
    const form = readable((await sam.get(`${base}/${id}/trainings/new`)).body)
    expect(form).toContain('Needed: the date and at least 4 hours.')
    const short = await record(sam, id, [
      ['person', mai],
      ['completed_on', '11/2/2026'],
      ['hours', '2'],
    ])
    expect(readable(short.body)).toContain('This training takes at least 4 hours.')
    // Finding another keeps the checked ones and what was typed.
    const found = await record(sam, id, [
      ['person', mai],
      ['completed_on', '11/2/2026'],
      ['find', 'theo'],
      ['find_person', 'yes'],
    ])
    expect(found.statusCode).toBe(422)
    expect(found.body).toContain(`value="${mai}" checked`)
    expect(found.body).toContain(`value="${theo}"`)
    expect(found.body).toContain('value="11/2/2026"')
    const asked = `${base}/${id}/trainings/new?find=theo&person=${mai}`
    for (const address of [asked, `${asked}&person=${theo}`])
      expect((await sam.get(address)).body).toContain(`value="${mai}" checked`)
    const fields = [
      ['person', mai],
      ['person', theo],
      ['completed_on', '11/2/2026'],
      ['hours', '4'],
    ] as const
    const answer = await record(sam, id, fields, '%PDF-1.7 %%EOF')
    expect(answer.headers.location).toBe(`${base}?recorded=2`)
    const twice = await record(sam, id, fields)
    expect(readable(twice.body)).toMatch(/Already on record for November 2, 2026: (Mai|Theo)/)
    expect(await ledger()).toEqual([
      ...Array(6).fill('program-requirement-changed program'),
      ...Array(2).fill('program-training-recorded person'),
    ])
  })

  test('records neither their own nor someone else’s team', async () => {
    const id = await idOf('First aid')
    const own = await personId(world.db, 'sam@northstar.example')
    const ivy = await personId(world.db, 'ivy@lakeside.example')
    const of = (person: string) =>
      record(sam, id, [
        ['person', person],
        ['completed_on', '11/2/2026'],
        ['hours', '4'],
      ])
    expect(readable((await of(own)).body)).toContain('You can’t record your own training.')
    expect(readable((await of(ivy)).body)).toContain('doesn’t work here today')
    expect((await record(olu, id, [['person', mai]])).statusCode).toBe(404)
  })

  test('is asked for a file where the requirement needs one', async () => {
    await rae.post(base, {
      ...firstAid,
      title: 'Medication',
      needs_file: 'yes',
      least_hours: '',
      contact: 'yes',
    })
    const answer = await record(sam, await idOf('Medication'), [
      ['person', mai],
      ['completed_on', '11/2/2026'],
    ])
    expect([answer.statusCode, readable(answer.body)]).toEqual([
      422,
      expect.stringContaining('Attach the certificate'),
    ])
  })
})

describe('it shows', () => {
  test('on the person’s page, with its file, apart from the law’s requirements', async () => {
    const page = (await sam.get(`/team/${mai}`)).body
    const section = readable(page.split('id="own-requirements"')[1]!.split('</section>')[0]!)
    expect(section).toContain('Current until November 2, 2027')
    expect(section).toContain('Recorded by Sam Reyes')
    const [file] = /\/program-trainings\/[0-9a-f-]{36}\/file/.exec(page)!
    expect((await sam.get(file)).headers['content-disposition']).toContain('sheet.pdf')
    // A sheet with other people's names isn't shown to one of them.
    const own = await world.as('mai@northstar.example')
    expect((await own.get(file)).statusCode).toBe(404)
    expect((await olu.get(file)).statusCode).toBe(404)
    const home = readable((await own.get('/')).body)
    expect(home).toContain('What your program asks for, too')
    expect(home).toContain('First aid North Star House Current until November 2, 2027')
  })

  test('in a column and a filter of Team, and in its files; the law’s numbers are the same', async () => {
    const all = (await sam.get('/team')).body
    expect(readable(all)).toContain('Overdue: Medication')
    const soon = (await sam.get('/team?own=due_soon')).body
    const listed = (html: string) => [...html.matchAll(/Check (\w+ \w+)</g)].map(([, name]) => name)
    expect(listed(all)).toEqual(['Theo Okafor', 'Ada Lindqvist', 'Mai Vang'])
    expect(listed(soon)).toEqual(['Ada Lindqvist'])
    const numbers = (html: string) =>
      html
        .split('figures-grid')[1]!
        .split('</ul>')[0]!
        .replaceAll(/href="[^"]*"/g, '')
    expect(numbers(soon)).toBe(numbers(all))
    const csv = (await sam.get('/team.csv')).body
    expect(csv).toContain('The program’s own requirements,Own next date')
    const own = await sam.get(`${base}.csv?show=overdue`)
    expect(own.body).toContain('Medication,overdue')
    expect(own.body).not.toContain('Ada')
    expect((await sam.get(`${base}.xlsx`)).rawPayload.subarray(0, 2).toString()).toBe('PK')
  })

  test('of a past day as it was: neither the training nor the change that came later', async () => {
    const page = readable((await sam.get(`/team/${theo}?on=3/1/2026`)).body)
    expect(page).not.toContain('Current until November 2, 2027')
    expect(page).toContain('Then again within 24 months each time.')
  })
})

describe('a course of this system that meets a requirement', () => {
  test('counts from the day it was completed, without anyone recording it', async () => {
    await rae.post(base, {
      ...firstAid,
      title: 'Trafficking basics',
      least_hours: '',
      course: 'residential-settings',
    })
    const { completed_on } = await world.db
      .selectFrom('completions')
      .select('completed_on')
      .where('person_id', '=', mai)
      .orderBy('completed_on', 'desc')
      .executeTakeFirstOrThrow()
    const csv = (await sam.get(`${base}.csv?requirement=${await idOf('Trafficking basics')}`)).body
    expect(csv.split('\r\n').find((line) => line.startsWith('Mai'))).toContain(`,${completed_on},`)
  })
})

test('what was recorded for another account of the same person counts as theirs', async () => {
  const ada = await personId(world.db, 'ada@northstar.example')
  const recorded_by = await personId(world.db, 'sam@northstar.example')
  const requirement_id = await idOf('First aid')
  const standing = async () =>
    (await sam.get(`${base}.csv?requirement=${requirement_id}`)).body
      .split('\r\n')
      .find((line) => line.startsWith('Ada'))
  const { id } = await world.db
    .insertInto('people')
    .values({ name: 'Ada Lindqvist' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await world.db
    .insertInto('program_trainings')
    .values({ requirement_id, program_id: house, person_id: id, completed_on: '2026-11-03', recorded_by })
    .execute()
  expect(await standing()).not.toContain('Current until')
  const merge = async (merged_into: string | null, other_account_ids: string[]) => {
    await world.db
      .updateTable('people')
      .set({ merged_into, merged_at: merged_into && new Date() })
      .where('id', '=', id)
      .execute()
    await world.db.updateTable('people').set({ other_account_ids }).where('id', '=', ada).execute()
  }
  await merge(ada, [id])
  expect(await standing()).toContain('"Current until November 3, 2027"')
  await merge(null, [])
})

describe('by the clock', () => {
  test('people hear of what is overdue once, the supervisor in the digest; recording it ends the message', async () => {
    const id = await idOf('Medication')
    const { 'send-reminders': remind } = await handlersOf(world)
    await remind({})
    await remind({})
    const told = await noticesTo(mai, 'program-training-%')
    expect(told).toEqual([
      expect.objectContaining({
        kind: 'program-training-overdue',
        moot_at: null,
        facts: expect.objectContaining({ requirement_id: id }),
      }),
    ])
    const digest = await noticesTo(await personId(world.db, 'sam@northstar.example'), 'weekly-digest')
    expect(digest.map(({ facts }) => (facts as { own: number }).own)).toEqual([expect.any(Number)])
    await record(
      sam,
      id,
      [
        ['person', mai],
        ['completed_on', '11/20/2026'],
      ],
      '%PDF-1.7 %%EOF',
    )
    expect((await noticesTo(mai, 'program-training-%'))[0]?.moot_at).not.toBeNull()
  })
})

describe('evidence that a person submits', () => {
  const submit = (client: Client, id: string, fields: readonly (readonly [string, string])[], file = '') => {
    const part = (name: string, value: string, more = '') =>
      `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
    const attached = file ? part('file', file, '; filename="card.pdf"') : ''
    const body = `${fields.map(([name, value]) => part(name, value)).join('')}${attached}--b--\r\n`
    return client.send('POST', `${base}/${id}/submissions`, body, {
      'content-type': 'multipart/form-data; boundary=b',
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
    })
  }
  const adaStands = async (id: string) =>
    (await sam.get(`${base}.csv?requirement=${id}`)).body.split('\r\n').find((line) => line.startsWith('Ada'))

  test('counts once an administrator accepts it with a reason, and is told to both', async () => {
    const id = await idOf('First aid')
    const ada = await world.as('ada@northstar.example')
    const fields = [
      ['completed_on', '11/20/2026'],
      ['hours', '4'],
    ] as const
    expect((await submit(olu, id, fields)).statusCode).toBe(404)
    expect(readable((await submit(ada, id, [['hours', '1']])).body)).toContain(
      'This training takes at least 4 hours.',
    )
    const address = (await submit(ada, id, fields, '%PDF-1.7 %%EOF')).headers.location as string
    expect(readable((await submit(ada, id, fields)).body)).toContain('It waits for a decision.')
    expect(await adaStands(id)).not.toContain('2026-11-20')
    expect(readable((await ada.get('/')).body)).toContain('It waits for a decision.')
    expect((await olu.get(address)).statusCode).toBe(404)
    expect((await sam.post(`${address}/decision`, { decision: 'accept', reason: 'x' })).statusCode).toBe(404)
    expect((await sam.get(`${address}/file`)).headers['content-disposition']).toContain('card.pdf')

    expect(readable((await rae.get('/team')).body)).toContain(
      '1 training for the program’s own requirement to decide',
    )
    expect(
      await noticesTo(await personId(world.db, 'rae@northstar.example'), 'program-training-waiting'),
    ).toEqual([expect.objectContaining({ moot_at: null })])
    const page = readable((await rae.get(address)).body)
    expect(page).toContain('If you accept it, today First aid')
    expect(page).toContain('Current until November 20, 2027')
    const silent = await rae.post(`${address}/decision`, { decision: 'accept', reason: ' ' })
    expect(readable(silent.body)).toContain('Enter why it counts')
    expect(
      (await rae.post(`${address}/decision`, { decision: 'accept', reason: 'Saw the card' })).statusCode,
    ).toBe(303)
    const again = await rae.post(`${address}/decision`, { decision: 'decline', reason: 'Changed my mind' })
    expect(readable(again.body)).toContain('already decided')

    expect(await adaStands(id)).toContain('2026-11-20')
    const theirs = await personId(world.db, 'ada@northstar.example')
    expect(readable((await sam.get(`/team/${theirs}`)).body)).toMatch(
      /Accepted by Rae Halvorsen, .*: Saw the card/,
    )
    expect(await noticesTo(theirs, 'program-training-decided')).toHaveLength(1)
    const [waiting] = await noticesTo(
      await personId(world.db, 'rae@northstar.example'),
      'program-training-waiting',
    )
    expect(waiting?.moot_at).not.toBeNull()
  })

  test('is declined with a reason that the person sees, or withdrawn by them, and stays on record', async () => {
    const id = await idOf('First aid')
    const ada = await world.as('ada@northstar.example')
    const sent = async (day: string) => {
      world.clock.now = new Date(world.clock.now.getTime() + 60_000)
      return (
        await submit(ada, id, [
          ['completed_on', day],
          ['hours', '5'],
        ])
      ).headers.location as string
    }
    const declined = await sent('11/21/2026')
    await rae.post(`${declined}/decision`, { decision: 'decline', reason: 'No certificate' })
    expect(readable((await ada.get('/')).body)).toContain('Your evidence was declined : No certificate')
    const withdrawn = await sent('11/22/2026')
    expect((await rae.post(`${withdrawn}/withdrawal`)).statusCode).toBe(404)
    expect((await ada.post(`${withdrawn}/withdrawal`)).statusCode).toBe(303)
    expect(readable((await ada.get(withdrawn)).body)).toContain('Withdrawn by Ada Lindqvist')
    expect(await adaStands(id)).toContain('2026-11-20')
  })

  test('no administrator decides on their own', async () => {
    const id = await idOf('First aid')
    const person_id = await personId(world.db, 'rae@northstar.example')
    const { id: own } = await world.db
      .insertInto('program_training_submissions')
      .values({
        requirement_id: id,
        program_id: house,
        person_id,
        completed_on: '2026-11-01',
        submitted_at: new Date(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const answer = await rae.post(`/program-submissions/${own}/decision`, {
      decision: 'accept',
      reason: 'Mine',
    })
    expect([answer.statusCode, readable(answer.body)]).toEqual([
      422,
      expect.stringContaining('someone else has to decide'),
    ])
  })
})

test('a person’s and a team’s calendar have the dates of the program’s own requirements, apart from the law’s', async () => {
  const calendarOf = async (client: Client, scope: string) => {
    const [address] = /\/calendar\/feeds\/[\w-]{32}\.ics/.exec(
      (await client.post(`/calendar/${scope}`)).body,
    )!
    return (await world.visitor().get(address)).body.replaceAll('\r\n ', '')
  }
  const own = await calendarOf(await world.as('mai@northstar.example'), 'own')
  expect(own).toContain('SUMMARY:Training due for your program’s own requirement')
  expect(own).toContain('DTSTART;VALUE=DATE:20271102')
  expect(own).not.toContain('First aid')
  expect(await calendarOf(sam, 'team')).toMatch(
    /Training due for your program’s own requirement: \d (person|people)/,
  )
})

test('a withdrawn training no longer counts, stays on record with its reason, and no one withdraws their own', async () => {
  const [{ id }] = (await world.db
    .selectFrom('program_trainings')
    .select('id')
    .where('person_id', '=', theo)
    .execute()) as [{ id: string }]
  const withdraw = (client: Client) =>
    client.post(`/program-trainings/${id}/withdrawal`, { reason: 'Wrong person' })
  expect((await withdraw(await world.as('theo@northstar.example'))).statusCode).toBe(404)
  expect((await withdraw(olu)).statusCode).toBe(404)
  expect((await withdraw(sam)).headers.location).toBe(`/team/${theo}?done=withdrawn`)
  expect((await withdraw(sam)).statusCode).toBe(404)
  const page = readable((await sam.get(`/team/${theo}`)).body)
  expect(page).toContain('Withdrawn by Sam Reyes: Wrong person')
  expect(page).not.toContain('Current until November 2, 2027')
})

test('clearance and the law’s standings never depend on a program’s own requirements', async () => {
  const people = (await world.db.selectFrom('assignments').select('person_id').distinct().execute()).map(
    ({ person_id }) => person_id,
  )
  const refreshed = async () => {
    await world.db.transaction().execute((trx) => refreshStandings(trx, people, '2026-11-23'))
    return verdicts()
  }
  const withOwn = await refreshed()
  for (const title of ['First aid', 'Medication', 'Trafficking basics'])
    await rae.post(`${base}/${await idOf(title)}/end`, { change: 'remove', reason: 'Compare without it' })
  expect(await refreshed()).toEqual(withOwn)
})
