import { strFromU8, unzipSync } from 'fflate'
import { beforeAll, describe, expect, test } from 'vitest'
import { assignmentOf, programId, readable } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

let world: World
let sam: Client
let rae: Client
let olu: Client
let mai: string
let theo: string

beforeAll(async () => {
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  sam = await world.as('sam@northstar.example')
  rae = await world.as('rae@northstar.example')
  olu = await world.as('olu@lakeside.example')
  mai = await personId(world.db, 'mai@northstar.example')
  theo = await personId(world.db, 'theo@northstar.example')
})

const numbersOf = async (id: string) =>
  (await world.db.selectFrom('certificates').select('number').where('person_id', '=', id).execute()).map(
    ({ number }) => number,
  )
const looks = async () =>
  (
    await world.db
      .selectFrom('ledger_entries')
      .select(['actor_id', 'subject', 'facts'])
      .where('kind', '=', 'person-viewed')
      .orderBy('turn')
      .execute()
  )
    .map(({ actor_id, subject, facts }) => ({ actor_id, subject, facts: JSON.parse(String(facts)) }))
    // Pages are logged once a day, each certificate every time.
    .filter(({ facts }) => facts.certificate || facts.certificates)
const rowOf = async (email: string) => (await assignmentOf(world.db, email)).assignment_id

describe('a supervisor', () => {
  test('opens a certificate of someone on their team, and that person sees who did', async () => {
    const [number] = await numbersOf(mai)
    const answer = await sam.get(`/team/${mai}/certificates/${number}.pdf`)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/pdf'])
    expect(answer.rawPayload.subarray(0, 5).toString()).toBe('%PDF-')
    const by = await personId(world.db, 'sam@northstar.example')
    expect(await looks()).toEqual([
      { actor_id: by, subject: `person:${mai}`, facts: { certificate: number } },
    ])
    const seen = await (await world.as('mai@northstar.example')).get('/account/views')
    expect(seen.body).toContain(`Sam Reyes, certificate ${number}`)
  })

  test('opens in a row of the team why someone is not cleared and what comes next, and that look is logged', async () => {
    expect((await sam.get('/team')).body).toContain(`hx-get="/team/${theo}/summary"`)
    const { body } = await sam.get(`/team/${theo}/summary`, { 'hx-request': 'true' })
    expect(readable(body)).toContain('Not cleared for direct contact. In direct contact at North Star House')
    expect(body).not.toContain('<html')
    const due = readable((await sam.get(`/team/${mai}/summary`, { 'hx-request': 'true' })).body)
    expect(due).toMatch(/Coming up .*: .* is due/)
    // Without htmx it leads to the page; another program's supervisor finds nothing.
    expect((await sam.get(`/team/${theo}/summary?on=10/1/2026`)).headers.location).toBe(
      `/team/${theo}?on=10%2F1%2F2026`,
    )
    expect((await olu.get(`/team/${theo}/summary`, { 'hx-request': 'true' })).statusCode).toBe(404)
  })

  test('of another program finds no certificate, and nothing is written down', async () => {
    const before = await looks()
    const [number] = await numbersOf(mai)
    for (const address of [
      `/team/${mai}/certificates/${number}.pdf`,
      `/team/${mai}/certificates.zip`,
      `/team/${theo}/certificates/${number}.pdf`,
    ])
      expect((await olu.get(address)).statusCode).toBe(404)
    // A certificate of someone else is not at this person's address.
    expect((await sam.get(`/team/${theo}/certificates/${number}.pdf`)).statusCode).toBe(404)
    expect(await looks()).toEqual(before)
  })

  test('sees no certificate of a course that someone completed after their last day', async () => {
    const [number] = await numbersOf(mai)
    const { id, assignment_id, person_id, program_id } = await assignmentOf(world.db, 'mai@northstar.example')
    const work = {
      assignment_id,
      person_id,
      program_id,
      worker_type: 'employee',
      hired_on: '2025-10-01',
    } as const
    const supersede = (row: string) =>
      world.db.updateTable('assignments').set({ superseded_at: new Date() }).where('id', '=', row).execute()
    const insert = (separated_on: string | null) =>
      world.db
        .insertInto('assignments')
        .values({ ...work, separated_on })
        .returning('id')
        .executeTakeFirstOrThrow()
    await supersede(id)
    const left = await insert('2025-11-01')
    expect((await sam.get(`/team/${mai}/certificates/${number}.pdf`)).statusCode).toBe(404)
    await supersede(left.id)
    await insert(null)
    expect((await sam.get(`/team/${mai}/certificates/${number}.pdf`)).statusCode).toBe(200)
  })

  test('assigns a course, once a day, and the person gets a message with its address', async () => {
    const assign = () => sam.post(`/team/${theo}/courses`, { course: 'residential-settings' })
    expect((await assign()).headers.location).toBe(`/team/${theo}?done=asked`)
    expect((await assign()).headers.location).toBe(`/team/${theo}?done=asked-today`)
    const notices = await (await world.as('theo@northstar.example')).get('/notices')
    expect(readable(notices.body)).toContain('Sam Reyes asks you to take the course')
    expect(notices.body).toContain('Open the course')
    expect((await sam.post(`/team/${theo}/courses`, { course: 'none' })).statusCode).toBe(404)
    expect((await olu.post(`/team/${theo}/courses`, { course: 'residential-settings' })).statusCode).toBe(404)
  })

  test('records outside training for their team, and neither decides on it nor withdraws what others recorded', async () => {
    const page = await sam.get(`/training/elsewhere/new?person=${theo}`)
    expect(readable(page.body)).toContain('For Theo Okafor')
    expect(readable(page.body)).toContain(
      'You can’t decide on a training that you record. Rae Halvorsen can.',
    )
    const form = (fields: Record<string, string>) =>
      `${Object.entries(fields)
        .map(([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .join('')}--b--\r\n`
    const record = (client: Client) =>
      client.send(
        'POST',
        '/training/elsewhere',
        form({
          person: theo,
          title: 'A webinar',
          provider: 'Webinars Inc.',
          completed_on: '11/2/2026',
          subject: 'yes',
        }),
        {
          'content-type': 'multipart/form-data; boundary=b',
          'sec-fetch-site': 'same-origin',
          'idempotency-key': crypto.randomUUID(),
        },
      )
    expect((await record(olu)).statusCode).toBe(404)
    const address = String((await record(sam)).headers.location)
    expect((await sam.get(address)).body).toMatch(/Rae Halvorsen[^<]* can decide/)
    const accept = { program: await programId(world.db, 'North Star House'), decision: 'accept' }
    expect((await sam.post(`${address}/decisions`, { ...accept, reason: 'x' })).statusCode).toBe(404)
    const team = await rae.get('/team')
    expect(team.body).toContain(`href="${address}">1 outside training to decide`)
    const silent = await rae.post(`${address}/decisions`, accept)
    expect([silent.statusCode, silent.body.includes('Enter why it counts')]).toEqual([422, true])
    const decide = await rae.get(address)
    expect(readable(decide.body)).toMatch(
      /If you accept it, today Direct contact at North Star House no → yes/,
    )
    await rae.post(`${address}/decisions`, { ...accept, reason: 'I read the certificate' })
    expect((await rae.get('/team')).body).not.toContain('outside training to decide')
  })
})

test('a supervisor downloads all certificates of one person, and that person alone', async () => {
  const answer = await sam.get(`/team/${mai}/certificates.zip`)
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/zip'])
  const files = Object.entries(unzipSync(answer.rawPayload))
  expect(files.map(([name]) => name.match(/SH-\d+/)?.[0])).toEqual(await numbersOf(mai))
  for (const [name, bytes] of files)
    expect([name.split(',')[0], strFromU8(bytes.subarray(0, 5))]).toEqual(['Mai Vang', '%PDF-'])
})

describe('a saved view', () => {
  test('is its owner’s list of filters, by an address that works for others, too', async () => {
    const back = 'show=overdue&unit=&told=x&evil=1'
    expect((await sam.post('/team/views', { name: ' ', back })).headers.location).toContain('told=unnamed')
    const saved = await sam.post('/team/views', { name: 'Late ones', back })
    expect(saved.headers.location).toBe('/team?show=overdue&told=saved')
    const link = 'href="/team?show=overdue#people"'
    expect((await sam.get('/team')).body).toMatch(
      new RegExp(`${link.replace('?', '\\?')}[^>]*>Late ones</a>`),
    )
    const rae = await world.as('rae@northstar.example')
    expect((await rae.get('/team')).body).not.toContain('Late ones')
    const { id } = await world.db.selectFrom('team_views').select('id').executeTakeFirstOrThrow()
    await rae.post(`/team/views/${id}/removal`)
    expect((await sam.get('/team')).body).toContain('Late ones')
    await sam.post(`/team/views/${id}/removal`)
    expect((await sam.get('/team')).body).not.toContain('Late ones')
  })
})

describe('the checked rows', () => {
  test('are reminded together, each once a day, and no one outside the viewer’s programs', async () => {
    const row = [await rowOf('mai@northstar.example'), await rowOf('ada@northstar.example')]
    const { assignment_id: others } = await assignmentOf(world.db, 'ivy@lakeside.example', 'Lakeside Home')
    const told = async (client: Client, rows: readonly string[]) =>
      (await client.post('/team/reminders', { row: rows, back: 'show=due-90&told=x&evil=1' })).headers
        .location
    expect(await told(sam, [...row, others])).toBe('/team?show=due-90&told=reminded-2-0-0')
    expect(await told(sam, [row[0]!])).toBe('/team?show=due-90&told=reminded-0-1-0')
    expect(await told(sam, [])).toBe('/team?show=due-90&told=none')
    const page = readable((await sam.get('/team?told=reminded-2-1-0')).body)
    expect(page).toContain('Reminder sent to 2 people. 1 person already got one today.')
    const reminded = await world.db
      .selectFrom('notices')
      .select('person_id')
      .where('kind', '=', 'supervisor-reminder')
      .execute()
    expect(reminded).toHaveLength(2)
  })

  test('are put on leave together after one preview, and those who can’t be are named with the reason', async () => {
    const [one, other] = [await rowOf('mai@northstar.example'), await rowOf('theo@northstar.example')]
    const address = '/team/changes/leave'
    const query = `row=${one}&row=${other}`
    expect(readable((await sam.get(`${address}?${query}`)).body)).toMatch(/Mai Vang[\s\S]*Theo Okafor/)
    const unread = await sam.post(address, { row: [one, other], from_on: 'soon' })
    expect([unread.statusCode, unread.body.match(/We can’t read “soon”/g)?.length]).toEqual([422, 2])
    // Mai has been away for a week of September.
    const leave = { row: [one, other], from_on: '9/14/2026', to_on: '10/2/2026', reason: 'Season' }
    const preview = readable((await sam.post(address, leave)).body)
    expect(preview).toContain('Theo Okafor Leave September 14, 2026 to October 2, 2026')
    expect(preview).toMatch(/Not recorded for Mai Vang This overlaps the leave on record/)
    const rows = () =>
      world.db.selectFrom('leave_periods').select(['reason']).orderBy('recorded_at').execute()
    const before = (await rows()).length
    const some = readable((await sam.post(address, { ...leave, confirmed: 'yes' })).body)
    expect(some).toContain('Recorded for 1 person.')
    expect(some).toMatch(/Mai Vang This overlaps the leave on record/)
    expect([(await rows()).length - before, (await rows()).at(-1)?.reason]).toEqual([1, 'Season'])
    const rest = await sam.post(address, { row: one, from_on: '11/20/2026', back: '', confirmed: 'yes' })
    expect(rest.headers.location).toBe('/team?told=changed-1')
    expect((await olu.post(address, { row: one, from_on: '11/20/2026' })).headers.location).toBe(
      '/team?told=none',
    )
  })

  test('get a unit, direct contact or a last day together, recorded by administrators alone and never for themselves', async () => {
    const row = [await rowOf('ada@northstar.example'), await rowOf('theo@northstar.example')]
    const rae = await world.as('rae@northstar.example')
    const send = async (client: Client, change: string, more: Record<string, string>) =>
      client.post(`/team/changes/${change}`, { row, ...more })
    expect(readable((await send(sam, 'unit', { unit: 'Maple' })).body)).toMatch(
      /Nothing can be recorded[\s\S]*Only an administrator of North Star House can record this/,
    )
    const preview = readable((await send(rae, 'unit', { unit: 'Maple' })).body)
    expect(preview).toMatch(/Ada Lindqvist Unit or shift: none → Maple/)
    const done = await send(rae, 'unit', { unit: 'Maple', confirmed: 'yes' })
    expect(done.headers.location).toBe('/team?told=changed-2')
    expect(readable((await send(rae, 'unit', { unit: 'Maple' })).body)).toContain(
      'This is the unit or shift on record already.',
    )
    const contact = readable((await send(rae, 'contact', { from_on: '11/23/2026' })).body)
    expect(contact).toMatch(/Ada Lindqvist Direct contact since[\s\S]*Not cleared on that day/)
    expect(contact).toMatch(/Theo Okafor This overlaps the direct contact on record/)
    const leaving = readable((await send(rae, 'separation', { separated_on: '12/4/2026' })).body)
    expect(leaving).toMatch(/Theo Okafor Last day of work: December 4, 2026, to come Direct contact since/)
    await send(rae, 'separation', { separated_on: '12/4/2026', confirmed: 'yes' })
    const { separated_on } = await assignmentOf(world.db, 'theo@northstar.example')
    expect(separated_on).toBe('2026-12-04')
  })

  test('give one file with the certificates in force, named by person, day and number', async () => {
    const row = [await rowOf('mai@northstar.example'), await rowOf('theo@northstar.example')]
    const answer = await sam.get(`/team/certificates.zip?row=${row.join('&row=')}`)
    const files = unzipSync(answer.rawPayload)
    const numbers = [...(await numbersOf(mai)), ...(await numbersOf(theo))]
    expect(Object.keys(files).map((name) => name.match(/SH-\d+/)?.[0])).toEqual(numbers)
    for (const [name, bytes] of Object.entries(files)) {
      expect(name).toMatch(/^(Mai Vang|Theo Okafor), \d{4}-\d{2}-\d{2}, SH-\d{6}\.pdf$/)
      expect(strFromU8(bytes.subarray(0, 5))).toBe('%PDF-')
    }
    const none = await olu.get(`/team/certificates.zip?row=${row.join('&row=')}`)
    expect([none.statusCode, none.headers.location]).toEqual([303, '/team?told=none'])
  })
})

describe('the team’s spreadsheet', () => {
  test('has a named sheet, real dates, a frozen first row, a filter and widths, and the columns of the CSV', async () => {
    const files = unzipSync((await sam.get('/team.xlsx')).rawPayload)
    const text = (name: string) => strFromU8(files[name]!)
    expect(text('xl/workbook.xml')).toContain('name="Team"')
    const sheet = text('xl/worksheets/sheet1.xml')
    const rows = sheet.match(/<row /g)!.length
    expect(sheet).toContain('state="frozen"')
    expect(sheet).toContain(`<autoFilter ref="A1:Q${rows}"/>`)
    expect(sheet).toMatch(/<col [^>]*width="26"/)
    // November 23, 2026, counted in days as spreadsheets do.
    expect(sheet).toMatch(/<v>46349<\/v>/)
    const [head] = (await sam.get('/team.csv')).body.replace('\uFEFF', '').split('\r\n')
    expect(head!.split(',').slice(0, 6)).toEqual([
      ...['Name', 'Employee ID', 'Program', 'Role', 'Unit or shift', 'Worker type'],
    ])
    for (const heading of head!.split(',')) expect(sheet).toContain(`>${heading}<`)
  })

  test('is also there for clearance, with the rows of its filter', async () => {
    const list = `/programs/${await programId(world.db, 'North Star House')}/clearance`
    const lines = (await sam.get(`${list}.csv?show=no`)).body.trim().split('\r\n')
    expect(lines[0]).toBe('Name,Employee ID,Role,Unit or shift,Direct contact,Until,On leave,Why,As of')
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines.slice(1)) expect(line).toContain(',No,')
    const files = unzipSync((await sam.get(`${list}.xlsx?show=no`)).rawPayload)
    expect(strFromU8(files['xl/workbook.xml']!)).toContain('name="Clearance"')
    expect(strFromU8(files['xl/worksheets/sheet1.xml']!).match(/<row /g)).toHaveLength(lines.length)
    expect((await olu.get(`${list}.csv`)).statusCode).toBe(404)
  })
})
