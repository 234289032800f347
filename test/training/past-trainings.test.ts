import { strToU8, zipSync } from 'fflate'
import { beforeAll, expect, test } from 'vitest'
import { openPastTrainings } from '#server/training/past-trainings/past-trainings-zip.ts'
import { programId, readable } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { handlersOf, workOff } from '#test/support/jobs.ts'
import { listTold } from '#test/support/notices.ts'

let world: World
let rae: Client
let olu: Client
let house: string
let base: string

beforeAll(async () => {
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  rae = await world.as('rae@northstar.example')
  olu = await world.as('olu@lakeside.example')
  house = await programId(world.db, 'North Star House')
  base = `/programs/${house}/past-trainings`
  await world.db
    .insertInto('employee_ids')
    .values({
      program_id: house,
      person_id: await personId(world.db, 'theo@northstar.example'),
      employee_id: '4482',
      recorded_at: world.clock.now,
    })
    .execute()
})

const headings = 'Employee ID,Email,Title,Provider,Completed on,Hours,About trafficking,File'
const pdf = (inside = '') => `%PDF-1.4\n1 0 obj << /Type /Catalog ${inside} >> endobj\n%%EOF`
const zipOf = (rows: readonly string[], scans: Readonly<Record<string, string>>) =>
  Buffer.from(
    zipSync({
      'trainings/table.csv': strToU8([headings, ...rows].join('\n')),
      ...Object.fromEntries(Object.entries(scans).map(([name, text]) => [name, strToU8(text)])),
    }),
  )

const upload = async (client: Client, bytes: Buffer, name = 'past.zip') => {
  const head = `--b\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/zip\r\n\r\n`
  return world.app.inject({
    method: 'POST',
    url: base,
    headers: {
      'content-type': 'multipart/form-data; boundary=b',
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
      cookie: [...client.cookies].map(([cookie, value]) => `${cookie}=${value}`).join('; '),
    },
    payload: Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')]),
  })
}
const checked = async (bytes: Buffer, name?: string) => {
  const address = String((await upload(rae, bytes, name)).headers.location)
  expect((await rae.get(address)).body).toContain('Checking the file')
  await workOff(world, 'check-past-trainings')
  return { address, page: readable((await rae.get(address)).body) }
}
const recorded = () =>
  world.db
    .selectFrom('outside_trainings')
    .innerJoin('people', 'people.id', 'person_id')
    .select(['people.name', 'title', 'completed_on', 'hours', 'file_name', 'recorded_by'])
    .orderBy('completed_on')
    .execute()

test('each row is checked in words before anything is recorded, and matched by employee ID, then email', async () => {
  const rows = [
    '4482,,Webinar one,Webinars Inc.,3/5/2025,2,yes,Scans\\ONE.pdf',
    ',mai@northstar.example,Webinar two,Webinars Inc.,2025-04-06,1.5,no,',
    ',mai@northstar.example,webinar TWO,Webinars Inc.,4/6/2025,1.5,no,',
    '4482,mai@northstar.example,Webinar three,Webinars Inc.,3/5/2025,2,yes,',
    '9999,,,Webinars Inc.,13/45/2025,many,maybe,missing.pdf',
    ',ivy@lakeside.example,Webinar one,Webinars Inc.,3/5/2025,2,yes,scripts.pdf',
  ]
  const scans = {
    'scans/one.pdf': pdf(),
    'scans/scripts.pdf': pdf('/OpenAction << /S /JavaScript >>'),
    'scans/extra.pdf': pdf(),
  }
  const { address, page } = await checked(zipOf(rows, scans))
  for (const words of [
    '2 trainings can be recorded. 4 rows have a problem and won’t be. Nothing has been saved yet.',
    'No row names this file: extra.pdf.',
    'Line 4 Title: Line 3 says the same training of the same day for this person.',
    'Line 5 Email: This email is Mai Vang’s, and the employee ID is Theo Okafor’s.',
    'Employee ID: No one on this roster has this employee ID.',
    'Title: Enter the title as it appears on the certificate.',
    'Completed on: Enter the day you finished it',
    'Hours: Enter the hours as a number',
    'About trafficking: Write yes or no',
    'File: The ZIP has no file named “missing.pdf.”',
    'Email: No one on this roster has this email.',
    'File: This PDF contains scripts',
    'Line 2 Theo Okafor Webinar one Webinars Inc. Mar 5, 2025 2 one.pdf',
  ])
    expect(page).toContain(words)
  expect(await recorded()).toEqual([])
  const refused = await rae.get(`${address}/refused.csv`)
  expect(refused.body.trim().split('\r\n')).toHaveLength(5)

  // Then it is recorded, once, and waits for someone else's decision.
  for (const no of [await olu.get(address), await olu.post(`${address}/confirmation`)])
    expect(no.statusCode).toBe(404)
  await rae.post(`${address}/confirmation`)
  const job = {
    import: address.split('/').at(-1)!,
    person: await personId(world.db, 'rae@northstar.example'),
  }
  await workOff(world, 'record-past-trainings')
  await (await handlersOf(world))['record-past-trainings'](job)
  expect(readable((await rae.get(address)).body)).toContain('2 trainings wait for a decision.')
  expect(await recorded()).toEqual([
    expect.objectContaining({
      name: 'Theo Okafor',
      title: 'Webinar one',
      completed_on: '2025-03-05',
      file_name: 'ONE.pdf'.toLowerCase(),
    }),
    expect.objectContaining({
      name: 'Mai Vang',
      title: 'Webinar two',
      completed_on: '2025-04-06',
      file_name: null,
    }),
  ])
  // One message for the whole file to each who can decide. Rae imported it, and the program has no other administrator.
  expect(await listTold(world.db, 'past-trainings-waiting', 'outside-training-waiting')).toEqual([
    'lee@licensing.example past-trainings-waiting',
    'max@licensing.example past-trainings-waiting',
  ])
  const [{ id }] = (await world.db
    .selectFrom('outside_trainings')
    .select('id')
    .orderBy('completed_on')
    .execute()) as [{ id: string }]
  const decision = { program: house, decision: 'accept', reason: 'I imported it' }
  const own = await rae.post(`/training/elsewhere/${id}/decisions`, decision)
  expect([own.statusCode, readable(own.body)]).toEqual([
    422,
    expect.stringContaining('another administrator must decide'),
  ])
  const again = await checked(zipOf(rows.slice(0, 1), scans))
  expect(again.page).toContain('On record already for Theo Okafor on that day.')
})

test('a file that can’t be used says why: no table, two tables, missing headings, or too much inside', async () => {
  const empty = await upload(rae, Buffer.from(''))
  expect([empty.statusCode, readable(empty.body)]).toEqual([422, expect.stringContaining('Choose one file')])
  const { page } = await checked(Buffer.from('Name,Title\nMai,Webinar'), 'past.csv')
  expect(page).toContain('these are missing: “Email”, “Provider”, “Completed on”, “About trafficking”')
  const open = (files: Readonly<Record<string, string>>) =>
    openPastTrainings({
      name: 'a.zip',
      bytes: zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))),
    })
  expect(open({ 'one.pdf': 'x' })).toMatchObject({ message: expect.stringContaining('has no table') })
  expect(open({ 'a.csv': 'x', 'b/b.csv': 'x' })).toMatchObject({
    message: expect.stringContaining('more than one table'),
  })
  const many = Object.fromEntries(Array.from({ length: 502 }, (_, n) => [`${n}.pdf`, '']))
  expect(open(many)).toMatchObject({ message: expect.stringContaining('more than 500 files') })
  expect(open({ 'a.csv': 'x', '__MACOSX/a.csv': 'x', '.hidden.pdf': 'x', 'one.pdf': 'x' })).toMatchObject({
    scans: [{ name: 'one.pdf' }],
  })
})
