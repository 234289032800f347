import { describe, expect, test } from 'vitest'
import { workedExamples } from '#server/law/examples/worked-examples.ts'
import { factsOf } from '#server/law/facts/facts.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { myTrainingPage } from '#server/training/my-training.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

async function northStar({ db }: World): Promise<string> {
  const { program_id } = await db
    .selectFrom('program_details')
    .select('program_id')
    .where('name', '=', 'North Star House')
    .executeTakeFirstOrThrow()
  return program_id
}

const outside = (form: Record<string, string>, file?: { name: string; bytes: Buffer }) => {
  const data = new FormData()
  for (const [name, value] of Object.entries(form)) data.append(name, value)
  if (file) data.append('file', new Blob([new Uint8Array(file.bytes)]), file.name)
  return data
}

async function post(world: World, cookie: string, url: string, data: FormData) {
  const request = new Request('http://127.0.0.1', { method: 'POST', body: data })
  return world.app.inject({
    method: 'POST',
    url,
    headers: {
      cookie,
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
      'content-type': request.headers.get('content-type')!,
    },
    payload: Buffer.from(await request.arrayBuffer()),
  })
}

const cookieOf = (client: { cookies: Map<string, string> }) =>
  [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

const webinar = {
  title: 'A webinar',
  provider: 'Webinars Inc.',
  completed_on: '11/2/2026',
  hours: '2',
  subject: 'yes',
}

describe('my training', () => {
  test('says first whether the learner is cleared, and how renewing today would move the due date', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const mai = await (await world.as('mai@northstar.example')).get('/')
    expect(mai.body).toContain('You’re cleared for direct contact at North Star House')
    expect(mai.body).toContain('Until December 31, 2026.')
    expect(mai.body).toContain(
      'Renewing today moves your due date from December 31, 2026 to November 30, 2027.',
    )
    expect(mai.body).toContain(
      'The course “Supporting sex-trafficked, exploited and at-risk youth in specialized residential settings” was completed on',
    )
    const theo = await (await world.as('theo@northstar.example')).get('/')
    expect(theo.body).toContain('You’re not cleared for direct contact at North Star House')
    expect(theo.body).toContain('Annual human trafficking training: was due by')
    expect(theo.body).toContain('No direct contact with young people until you finish this year’s training:')
    expect(theo.body).toMatch(/<strong>Sam Reyes[^<]*<\/strong> <a href="mailto:sam@northstar\.example">/)
    // What decides comes first; rules are last and quiet.
    expect(theo.body).toMatch(/<div class="disclosure-body">\s*<p>Counted annually from [^<]+overdue by/)
    expect(theo.body).not.toContain('<li>Rule R')
    expect(theo.body).toContain('<p class="quiet small">Rule R')
    const ada = await (await world.as('ada@northstar.example')).get('/')
    expect(ada.body).toContain('Before you have direct contact at North Star House, finish your training')
    expect(ada.body).toContain('until you finish the approved training, every module and its questions:')
  })

  test('puts what is most urgent first, in every worked example', () => {
    const ranks = [
      ...[/^not-(cleared|done)$/, /^overdue$/, /^unknown$/],
      ...[/^due-before-contact$/, /^due-soon$/, /^(current|not-due-yet)$/],
    ]
    let mixed = 0
    for (const { number, cases } of workedExamples)
      for (const { facts, on, refused } of cases) {
        if (refused) continue
        const { cards } = myTrainingPage(factsOf(facts), on, [], [], new Map(), false)
        const shown = cards.map(({ shape }) => ranks.findIndex((rank) => rank.test(shape)))
        expect([number, shown]).toEqual([number, shown.toSorted((a, b) => a - b)])
        expect(shown).not.toContain(-1)
        if (new Set(shown).size > 1) mixed++
      }
    expect(mixed).toBeGreaterThan(3)
  })

  test('a new certificate is at the top for two weeks, and stays at the bottom', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const home = async () => (await (await world.as('mai@northstar.example')).get('/')).body
    expect(await home()).not.toContain('Your certificate is ready')
    const { completed_on } = await world.db
      .selectFrom('completions')
      .where('person_id', '=', await personId(world.db, 'mai@northstar.example'))
      .select('completed_on')
      .executeTakeFirstOrThrow()
    const on = (days: number) => {
      world.clock.now = new Date(Date.parse(completed_on) + days * 86_400_000 + 18 * 3_600_000)
    }
    on(14)
    const body = await home()
    expect(body.indexOf('Your certificate is ready')).toBeLessThan(body.indexOf('Your requirements'))
    expect(body.match(/href="\/certificates\/SH-\d+\.pdf"/g)).toHaveLength(2)
    on(15)
    expect(await home()).not.toContain('Your certificate is ready')
  })

  test('a child-protection worker sees what satisfies the law, and that our course alone does not', async () => {
    const world = await aWorld()
    const jo = await world.as('jo@county.example')
    const page = (await jo.get('/')).body
    for (const words of [
      'The trafficking training required for child-protection work is not on record yet.',
      'Child-protection training on trafficking and exploitation',
      'Not done, and child-protection duties have begun.',
      'Take X205 at the Minnesota Child Welfare Training Academy and record it.',
      'Required by Minn. Stat. 260E.36, subd. 1a',
      '0 of 15 hours are on record for the year',
      'href="/courses/elsewhere/academy-x205"',
    ])
      expect(page).toContain(words)
    const [, card = 'none'] = /href="#([^"]+)">See what counts/.exec(page) ?? []
    expect(page).toContain(`<li class="card" id="${card}">`)
    expect(card).toMatch(/^child-protection-trafficking-/)
    // Whether it counts is not settled.
    expect(
      page.slice(page.indexOf(`id="${card}"`), page.indexOf('id="child-protection-foundation')),
    ).not.toContain('X113)')
    expect(page).not.toContain('direct contact has begun')
    expect((await jo.get('/courses/child-protection')).body).toMatch(/supplement/i)
  })
})

describe('outside training', () => {
  test('counts once an administrator who did not record it accepts it, and says what it can’t count for', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const theo = await world.as('theo@northstar.example')
    const recorded = await post(
      world,
      cookieOf(theo),
      '/training/elsewhere',
      outside(webinar, { name: 'proof.pdf', bytes: Buffer.from('%PDF-1.7 proof %%EOF') }),
    )
    expect(recorded.statusCode).toBe(303)
    const address = String(recorded.headers.location)
    const page = await theo.get(address)
    expect(page.body).toContain('once the license holder accepts it')
    expect(page.body).toContain('Does not count')
    expect(page.body).not.toContain('Accept training')
    expect((await theo.get('/')).body).toMatch(
      /A webinar<\/a>, taken on November 2, 2026, is waiting for a decision\. It can count once the license holder accepts it\./,
    )
    const rae = await world.as('rae@northstar.example')
    expect((await rae.get('/training/elsewhere')).body).toContain('Theo Okafor: A webinar')
    const file = await rae.get(`${address}/file`)
    expect(file.headers['content-disposition']).toContain('attachment')
    await rae.post(`${address}/decisions`, {
      program: await northStar(world),
      decision: 'accept',
      reason: 'I read the certificate',
    })
    const standing = await world.db
      .selectFrom('standings')
      .select(['standing', 'due_on'])
      .where('person_id', '=', await personId(world.db, 'theo@northstar.example'))
      .where('requirement', '=', 'residential-annual')
      .executeTakeFirstOrThrow()
    expect(standing).toEqual({ standing: 'current', due_on: '2027-11-30' })
    const ledger = await world.db
      .selectFrom('ledger_entries')
      .select('kind')
      .orderBy('turn', 'desc')
      .limit(2)
      .execute()
    expect(ledger.map(({ kind }) => kind)).toEqual(['outside-training-decided', 'outside-training-recorded'])
  })

  test('can’t be accepted by the person who recorded it, or declined without a reason', async () => {
    const world = await aWorld()
    const rae = await world.as('rae@northstar.example')
    const theo = await personId(world.db, 'theo@northstar.example')
    const recorded = await post(
      world,
      cookieOf(rae),
      '/training/elsewhere',
      outside({ ...webinar, person: theo }),
    )
    const own = await rae.post(`${recorded.headers.location}/decisions`, {
      program: await northStar(world),
      decision: 'accept',
    })
    expect(own.statusCode).toBe(422)
    expect(own.body).toContain('another administrator must decide')
    const client = await world.as('theo@northstar.example')
    const his = await post(world, cookieOf(client), '/training/elsewhere', outside(webinar))
    const silent = await rae.post(`${his.headers.location}/decisions`, {
      program: await northStar(world),
      decision: 'decline',
    })
    expect(silent.body).toContain('Enter the reason')
  })

  test('shows an error at each invalid field and keeps what was typed', async () => {
    const world = await aWorld()
    const theo = await world.as('theo@northstar.example')
    const answer = await post(
      world,
      cookieOf(theo),
      '/training/elsewhere',
      outside({ title: 'A fine day', provider: '', completed_on: '13/45/2026', hours: 'six' }),
    )
    expect(answer.statusCode).toBe(422)
    for (const words of [
      'Enter who provided the training',
      'Enter the day you finished it',
      'Enter the hours as a number',
      'Choose whether it was about',
      'value="A fine day"',
      'value="13/45/2026"',
    ])
      expect(answer.body).toContain(words)
    const svg = await post(
      world,
      cookieOf(theo),
      '/training/elsewhere',
      outside(webinar, { name: 'proof.pdf', bytes: Buffer.from('<svg onload="x">') }),
    )
    expect(svg.body).toContain('must be a PDF, PNG or JPEG')
  })

  test('can’t be seen by another learner or another program', async () => {
    const world = await aWorld()
    const theo = await world.as('theo@northstar.example')
    const { headers } = await post(world, cookieOf(theo), '/training/elsewhere', outside(webinar))
    for (const email of ['mai@northstar.example', 'olu@lakeside.example', 'lee@licensing.example'])
      expect([email, (await (await world.as(email)).get(String(headers.location))).statusCode]).toEqual([
        email,
        404,
      ])
  })
})

describe('clearance', () => {
  test('is available to software with the program’s token, only for that program', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const program = await northStar(world)
    const rae = await world.as('rae@northstar.example')
    const made = await rae.post(`/programs/${program}/tokens`, { label: 'Shift planner' })
    const token = /<code>(sht_[\w-]+)<\/code>/.exec(made.body)![1]!
    const ask = (query: string, authorization = `Bearer ${token}`) =>
      world.app.inject({ url: `/api/clearance${query}`, headers: { authorization } })
    const answer = (await ask(`?program=${program}&on=2026-11-23`)).json<{
      people: { name: string; email: string; answer: string; until: string | null; on_leave: boolean }[]
    }>()
    expect(answer.people[1]).toMatchObject({ email: 'mai@northstar.example', on_leave: false })
    expect(answer.people.map(({ name, answer, until }) => [name, answer, until])).toEqual([
      ['Ada Lindqvist', 'no', null],
      ['Mai Vang', 'yes', '2026-12-31'],
      ['Theo Okafor', 'no', null],
    ])
    expect(
      (await ask('?on=2027-01-01')).json<{ people: { name: string; answer: string }[] }>().people[1],
    ).toMatchObject({ name: 'Mai Vang', answer: 'no' })
    expect((await ask('?on=tomorrow')).statusCode).toBe(400)
    const odd = await ask('?on=2026-03-15T00:00:00Z')
    expect([odd.statusCode, odd.json()]).toEqual([
      400,
      { error: 'on: "2026-03-15T00:00:00Z" is not a day such as 2026-03-15' },
    ])
    expect((await ask('', `bearer ${token}`)).statusCode).toBe(200)
    expect((await ask(`?program=${crypto.randomUUID()}`)).statusCode).toBe(404)
    expect((await ask('', 'Bearer sht_wrong')).statusCode).toBe(401)
    const rows = await world.db.selectFrom('api_tokens').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
    await rae.post(`/programs/${program}/tokens/${rows[0]!.id}/end`)
    expect((await ask('')).statusCode).toBe(401)
  })

  test('is never “yes” when a fact is missing, and names the fact', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const program = await northStar(world)
    await world.db
      .updateTable('certifications')
      .set({ superseded_at: new Date('2026-11-23T17:00:00Z') })
      .where('program_id', '=', program)
      .execute()
    const sam = await world.as('sam@northstar.example')
    expect((await sam.get(`/programs/${program}/clearance`)).body).toContain(
      'as far as this training is concerned',
    )
  })
})

test('a program’s interpretation applies to its people at once and is kept with its reason', async () => {
  const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  const program = await northStar(world)
  const rae = await world.as('rae@northstar.example')
  const page = await rae.get(`/programs/${program}/interpretations`)
  expect(page.body).toContain('cautious default')
  // Only what concerns a licensed program.
  expect(page.body).not.toMatch(/fiscal_year_month|hours_year|trafficking_due_months/)
  const choices = {
    annual_anchor: 'keep-month',
    leave: 'not-required',
    transfer: 'carries',
    rehire: 'prior-initial-counts',
    later_certification: 'day-before',
    same_day_contact: 'accept-and-flag',
    refresher: 'not-counted',
    fast_completions: 'count',
  }
  const silent = await rae.post(`/programs/${program}/interpretations`, { ...choices, reason: '' })
  expect(silent.body).toContain('Enter the reason')
  await rae.post(`/programs/${program}/interpretations`, { ...choices, reason: 'Our counsel reads it so' })
  const mai = await (await world.as('mai@northstar.example')).get('/')
  expect(mai.body).toContain(
    'Renewing today moves your due date from December 31, 2026 to December 31, 2027.',
  )
  const anchorKnownOn = async (day: string) => {
    const person = await personId(world.db, 'mai@northstar.example')
    const { facts } = await factsOfPeople(world.db, [person], '2026-11-23', day)
    return facts.get(person)!.programs[0]!.settings.annual_anchor
  }
  expect(await anchorKnownOn('2026-11-22')).toBe('re-anchor')
  expect(await anchorKnownOn('2026-11-23')).toBe('keep-month')
  const olu = await world.as('olu@lakeside.example')
  expect((await olu.get(`/programs/${program}/interpretations`)).statusCode).toBe(404)
})

test('the rules page shows every worked example with its calculated result', async () => {
  const world = await aWorld()
  const page = await world.visitor().get('/rules')
  for (const words of ['Worked examples', '16.', 'Yearly dates', 'February 28, 2025'])
    expect(page.body).toContain(words)
})
