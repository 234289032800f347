import { createHash } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { strFromU8, unzipSync } from 'fflate'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { failLostPackets } from '#server/oversight/packets/packet.actions.ts'
import { drawSample } from '#server/oversight/packets/packet-sample.ts'
import { pageTexts, printedPieces, readPdf } from '#test/certificates/reading.ts'
import { faultsOf } from '#test/paper/pdf-rules.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { handlersOf, workOff } from '#test/support/jobs.ts'
import { isSigned, openPacket } from './packets.ts'
import { addWorker, openReviewOf, programId, readable, upload as uploadForm } from './reviewed.ts'

// Each packet is made by a thread that starts with it.
vi.setConfig({ testTimeout: 60_000 })

const now = new Date('2026-06-14T15:00:00Z')
const everyone = { from_on: '6/15/2025', to_on: '6/14/2026', people: 'all' }

test('the same seed draws the same sample, another seed draws another, and never more people than requested', () => {
  const ids = Array.from({ length: 50 }, (_, index) => `person-${index}`)
  const drawn = drawSample(ids, 5, 'June 2026')
  expect(drawn).toHaveLength(5)
  expect(drawSample([...ids].reverse(), 5, 'June 2026')).toEqual(drawn)
  expect(drawSample(ids, 5, 'July 2026')).not.toEqual(drawn)
  // As published: the order of SHA-256 over the seed, a line feed and the id.
  const hash = (id: string) => createHash('sha256').update(`June 2026\n${id}`).digest('hex')
  expect(drawn).toEqual([...ids].sort((a, b) => (hash(a) < hash(b) ? -1 : 1)).slice(0, 5))
  expect(drawSample(ids, 500, 'x')).toEqual(ids)
  expect(drawSample(ids, null, '')).toEqual(ids)
})

test('a packet contains the roster, gaps and certificates, and all its hashes match', async () => {
  const world = await aWorld({ now })
  const worker = {
    name: '=Bo Sand',
    hired_on: '2026-03-20',
    contact_from: '2026-04-02',
    completed_on: '2026-04-09',
  }
  const bo = await addWorker(world, '9900001', worker)
  await addOwnTraining(world, bo)
  const lee = await world.as('lee@licensing.example')
  const { packet, page } = await aPacket(world, lee, everyone)
  expect(page).toContain('The packet is ready')

  // The same job once more, as after a process that died before it said so, leaves the packet as it is.
  const hashOfZip = () => world.db.selectFrom('review_packets').select('zip_sha256').executeTakeFirstOrThrow()
  const before = await hashOfZip()
  await (await handlersOf(world))['make-packet']({ packet: packet.split('/').at(-1)! })
  expect(await hashOfZip()).toEqual(before)
  const zip = await lee.get(`${packet}/packet.zip`)
  const { files, manifest, signed, wrong } = await openPacket(world, zip.rawPayload)
  expect(wrong).toEqual([])
  const names = Object.keys(files)
  expect(names).toEqual(
    expect.arrayContaining(['packet.pdf', 'manifest.json', 'people.csv', 'gaps.csv', 'SHA256SUMS']),
  )
  expect(names.filter((name) => name.startsWith('certificates/'))).toHaveLength(3)
  const gaps = strFromU8(files['gaps.csv']!)
  expect(gaps).toContain('Direct contact from April 2, 2026, training completed April 9, 2026: 7 days')
  // Formulas are escaped.
  expect(strFromU8(files['people.csv']!)).toContain("'=Bo Sand")

  // What the program itself asks for has a section and tables of its own.
  expect(strFromU8(files['own-requirements.csv']!)).toMatch(/First aid,current,"Current until May 31, 2027"/)
  expect(strFromU8(files['own-trainings.csv']!)).toContain('First aid,2026-05-05,4,,none')
  expect(strFromU8(files['standings.csv']!)).not.toContain('First aid')
  expect(manifest.program.license).toBe('9900001-CRF')
  const changed = Buffer.from(files['manifest.json']!)
  changed[10]! ^= 1
  expect(await isSigned(world, signed.key, changed, signed.signature)).toBe(false)

  const exported = await world.db
    .selectFrom('ledger_entries')
    .select('facts')
    .where('kind', '=', 'records-exported')
    .orderBy('turn')
    .execute()
  expect(exported.map(({ facts }) => (JSON.parse(facts) as { act: string }).act)).toEqual([
    'packet-requested',
    'packet-made',
    'packet-taken',
  ])
  const pdf = (await lee.get(`${packet}/packet.pdf`)).rawPayload
  expect(pdf.equals(Buffer.from(files['packet.pdf']!))).toBe(true)
  // Bulk verification reads the packet itself, and counts each certificate once.
  const review = packet.slice(0, packet.indexOf('/packets/'))
  const file = { files: Buffer.from(zip.rawPayload) }
  const verified = await uploadForm(world.app, lee, `${review}/certificates`, { numbers: '' }, file)
  const results = readable((await lee.get(String(verified.headers.location))).body)
  expect(results).toContain('3 of 3 certificates are valid.')
  const printed = (await pageTexts(new Uint8Array(pdf))).join(' ')
  expect(printed).toContain('no standing, gap or clearance depends on it')
  await expect(
    world.db
      .updateTable('review_packets')
      .set({ pdf: Buffer.from('') })
      .execute(),
  ).rejects.toThrow('kept as made')
})

/** Check-ins of so many nights: everyone who works at North Star, all cleared but for one person in the last. */
async function addShiftChecks({ db }: World, nights: number): Promise<void> {
  const program_id = await programId({ db }, '9900001')
  const checked_by = await personId(db, 'rae@northstar.example')
  await sql`
    with nights as (
      select gen_random_uuid() as shift_id, gen_random_uuid() as check_id, n,
        ${now}::timestamptz - n * interval '1 day' as at from generate_series(1, ${nights}) n
    ), shifts as (
      insert into shifts (id, program_id, label, starts_at, created_at, created_by)
      select shift_id, ${program_id}::uuid, 'Night', at, at, ${checked_by}::uuid from nights returning id
    ), checks as (
      insert into shift_checks (id, shift_id, program_id, checked_by, checked_at, recorded_at)
      select check_id, shift_id, ${program_id}::uuid, ${checked_by}::uuid, at, at from nights returning id
    )
    insert into shift_check_answers (check_id, person_id, answer, on_leave, because)
    select check_id, a.person_id, case when n = 1 and p.name = 'Theo Okafor' then 'no' else 'yes' end, false,
      case when n = 1 and p.name = 'Theo Okafor' then 'Training is overdue.' else 'Cleared.' end
    from nights cross join assignments a join people p on p.id = a.person_id
    where a.program_id = ${program_id}`.execute(db)
}

/** A requirement of North Star's own, and a training that met it. */
async function addOwnTraining({ db }: World, person_id: string): Promise<void> {
  const program_id = await programId({ db }, '9900001')
  const { person_id: recorded_by } = await db
    .selectFrom('roles')
    .select('person_id')
    .where('program_id', '=', program_id)
    .executeTakeFirstOrThrow()
  const { requirement_id } = await db
    .insertInto('program_requirements')
    .values({
      program_id,
      title: 'First aid',
      schedule: 'same-month',
      first_days: 0,
      from_on: '2026-01-01',
      recorded_by,
    })
    .returning('requirement_id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('program_trainings')
    .values({ requirement_id, program_id, person_id, completed_on: '2026-05-05', hours: 4, recorded_by })
    .execute()
}

test('the PDF is tagged and contains what a reviewer looks for', async () => {
  const world = await aWorld({ now })
  const worker = {
    name: 'Thị Nguyễn',
    hired_on: '2026-03-20',
    contact_from: '2026-04-02',
    completed_on: '2026-04-09',
  }
  await addWorker(world, '9900001', worker)
  await addWorker(world, '9900001', {
    name: 'ليلى حداد',
    hired_on: '2026-05-01',
    contact_from: '2026-05-04',
  })
  await addWorker(world, '9900001', {
    name: 'ליאת Haddad-\u{1f600}',
    hired_on: '2026-05-01',
    contact_from: '2026-05-04',
  })
  const lee = await world.as('lee@licensing.example')
  const { packet } = await aPacket(world, lee, everyone)
  const pdf = (await lee.get(`${packet}/packet.pdf`)).rawPayload
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  const pages = await pageTexts(new Uint8Array(pdf))
  // The first page begins with what matters, the gravest first.
  expect(pages[0]).toMatch(/What matters.*Open gap.*Ended gap.*About this packet/s)
  const read = pages.join(' ').normalize('NFC')
  for (const words of [
    'Review packet: North Star House',
    'Thị Nguyễn',
    'Direct contact from April 2, 2026, training completed April 9, 2026: 7 days',
    'Minn. Stat. 245A.25, subd. 5(f)',
    // Right-to-left text is drawn, alone and mixed. A character that no font has becomes its Unicode number.
    'ليلى حداد',
    'Haddad-[U+1F600]',
  ])
    expect(read).toContain(words)
  expect(read).toMatch(/SH-0000\d\d/)
  for (const [index, page] of pages.entries()) expect(page).toContain(`page ${index + 1} of ${pages.length}`)
  expect(faultsOf(pdf)).toEqual([])
  const { isTagged, language, title, roles } = await readPdf(new Uint8Array(pdf))
  expect([isTagged, language]).toEqual([true, 'en-US'])
  expect(title).toContain('North Star House')
  expect(roles).toEqual(expect.arrayContaining(['H1', 'H2', 'Table', 'TR', 'TH', 'TD']))
})

test('24 people take at most 15 pages, and long words never overflow the margin or the next column', async () => {
  const world = await aWorld({ now })
  for (const name of [
    'Wilhelmina Featherstonehaugh-Vandersloot de la Concepción y Montenegro von und zu Hohenschwangau-Neuschwanstein',
    'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
    'Thị Nguyễn',
    ...Array.from({ length: 18 }, (_, index) => `Person ${index}`),
  ])
    await addWorker(world, '9900001', {
      name,
      hired_on: '2026-03-20',
      contact_from: '2026-04-02',
      completed_on: '2026-04-09',
    })
  await addShiftChecks(world, 90)
  const lee = await world.as('lee@licensing.example')
  const { packet } = await aPacket(world, lee, everyone)
  const files = unzipSync(new Uint8Array((await lee.get(`${packet}/packet.zip`)).rawPayload))
  const checked = strFromU8(files['shift-check-ins.csv']!)
  expect(checked).toContain(',Night,Rae Halvorsen,no,Training is overdue.')
  expect(checked.trim().split('\r\n').length).toBeGreaterThan(90 * 20)
  const text = (await pageTexts(new Uint8Array(files['packet.pdf']!))).join(' ')
  expect(text).toContain('90 check-ins by Rae Halvorsen from June 15, 2025 to June 14, 2026')
  expect(text).toContain('90, cleared')
  // A long explanation of several people is printed once, and each of them refers to it.
  expect(text.match(/See notes? \d/g)!.length).toBeGreaterThan(20)
  const notes = [...text.matchAll(/Note \d+\. (.+?)(?= Note \d)/gs)].map(([, note]) => note!)
  expect(notes.length).toBeGreaterThan(0)
  for (const note of notes) expect([note, text.split(note).length]).toEqual([note, 2])
  expect(text).toMatch(/Theo Okafor.*90, 1 not cleared.*Not cleared\s+Training is overdue\./)
  const pieces = await printedPieces(new Uint8Array((await lee.get(`${packet}/packet.pdf`)).rawPayload))
  expect(Math.max(...pieces.map(({ page }) => page))).toBeLessThanOrEqual(15)
  expect(pieces.length).toBeGreaterThan(300)
  const margin = pieces.filter(({ left, right, baseline }) => left < 47.5 || right > 744.5 || baseline < 47.5)
  expect(margin).toEqual([])
  const overlapping = pieces.filter((one) =>
    pieces.some(
      (other) =>
        other !== one &&
        other.page === one.page &&
        Math.abs(other.baseline - one.baseline) < 0.1 &&
        other.left >= one.left &&
        other.left < one.right - 0.5,
    ),
  )
  expect(overlapping.map(({ page, text }) => `${page}: ${text}`)).toEqual([])
})

test('a sample has the requested size, and its seed is printed', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const { packet, page } = await aPacket(world, lee, {
    ...everyone,
    people: 'sample',
    sample_size: '2',
    seed: 'June 2026',
  })
  expect(page).toContain('2 people, made')
  expect(page).toContain('seed June 2026')
  const { files, manifest } = await openPacket(world, (await lee.get(`${packet}/packet.zip`)).rawPayload)
  expect(manifest.sample).toMatchObject({ size: 2, seed: 'June 2026', population: 3 })
  const read = (name: string) =>
    parse(strFromU8(files[name]!), { bom: true, columns: true }) as Record<string, string>[]
  // Anyone can draw the sample again from the files alone, as the packet describes.
  const { seed, size } = manifest.sample
  const ids = read('population.csv').map((row) => row['Person id']!)
  const again = ids
    .map((id) => [createHash('sha256').update(`${seed}\n${id}`).digest('hex'), id] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, size ?? undefined)
    .map(([, id]) => id)
  expect(ids).toHaveLength(3)
  expect(new Set(read('people.csv').map((row) => row['Person id']))).toEqual(new Set(again))
  expect(strFromU8(files['population.csv']!)).not.toMatch(/Theo|Mai|Ada/)
  const pdf = (await pageTexts(files['packet.pdf']!)).join(' ')
  expect(pdf).toContain('How the sample was drawn')
  expect(pdf).toContain('The seed is “June 2026”.')
  for (const id of again) expect(pdf).toContain(id)
})

test('anyone with a packet can verify it; a changed byte is found, and no one is named', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const { packet } = await aPacket(world, lee, everyone)
  const pdf = (await lee.get(`${packet}/packet.pdf`)).rawPayload
  const { code } = await world.db.selectFrom('review_packets').select('code').executeTakeFirstOrThrow()
  const visitor = world.visitor()
  const page = await visitor.get(`/packets/${code}`)
  expect(page.statusCode).toBe(200)
  expect(page.headers['x-robots-tag']).toContain('noindex')
  expect(readable(page.body)).toContain('We made a packet with this code.')
  expect(page.body).not.toMatch(/Theo|Okafor|Mai Vang/)
  expect((await upload(world, `/packets/${code}`, pdf)).body).toContain('This file is the packet, unaltered.')
  const changed = Buffer.from(pdf)
  changed[changed.length >> 1]! ^= 1
  expect((await upload(world, `/packets/${code}`, changed)).body).toContain(
    'This file is not the packet that we made.',
  )
  expect((await visitor.get(`/packets/${'a'.repeat(26)}`)).statusCode).toBe(404)
  expect((await visitor.get('/packets/none')).statusCode).toBe(404)
  expect((await visitor.get(`${packet}/packet.pdf`)).statusCode).toBe(303)
})

test('a packet that is being made shows how far it is, and one that every process left is given up', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const packet = String((await lee.post(`${review}/packets`, everyone)).headers.location)
  const far = { stage: 'pages', people_done: 120, people_total: 500 }
  await world.db.updateTable('review_packets').set(far).execute()
  const page = (await lee.get(packet)).body
  expect(page).toContain('The packet is being made')
  expect(page).toContain('Pages done: 120 of 500 people')
  expect(page).toContain('value="620"')
  expect(page).toContain('hx-trigger="every 2s"')
  await failLostPackets(world.db)
  expect((await lee.get(packet)).body).toContain('The packet is being made')
  await sql`delete from pgboss.job where name = 'make-packet'`.execute(world.db)
  await failLostPackets(world.db)
  expect((await lee.get(packet)).body).toContain('The service stopped each time it was tried.')
  expect(readable((await lee.get('/notices')).body)).toContain('could not be made')
})

test('an invalid period gives an error, and no packet is requested', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  for (const [form, message] of [
    [{ from_on: '6/14/2026', to_on: '6/14/2025' }, 'The last day must not be before the first.'],
    [{ from_on: '6/14/2026', to_on: '6/20/2026' }, 'The last day can’t be in the future.'],
    [{ from_on: '', to_on: '6/14/2026' }, 'Enter the first day of the period.'],
    [
      { from_on: '6/1/2026', to_on: '6/14/2026', people: 'sample', sample_size: 'ten' },
      'Enter how many people to draw',
    ],
  ] as const) {
    const answer = await lee.post(`${review}/packets`, form)
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain(message)
  }
  expect(await world.db.selectFrom('review_packets').selectAll().execute()).toEqual([])
})

async function aPacket(world: World, lee: Client, form: Record<string, string>) {
  const review = await openReviewOf(world, lee, '9900001')
  const answer = await lee.post(`${review}/packets`, form)
  expect(answer.statusCode).toBe(303)
  const packet = String(answer.headers.location)
  await workOff(world, 'make-packet')
  return { packet, page: readable((await lee.get(packet)).body) }
}

/** The output of one of Debian's PDF tools. Null if it is not installed. */
function upload({ app }: World, url: string, file: Buffer) {
  const boundary = 'a-boundary-of-a-form'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="packet.pdf"\r\ncontent-type: application/pdf\r\n\r\n`
  return app.inject({
    method: 'POST',
    url,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
    },
    payload: Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  })
}
