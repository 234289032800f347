import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { failLostImports } from '#server/programs/imports/import-job.actions.ts'
import { xlsxOf } from '#server/web/spreadsheet.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { handlersOf, workOff } from '#test/support/jobs.ts'
import {
  applyFile,
  assignmentOf,
  checkFile,
  confirmAll,
  programId,
  readable,
  sendFile,
  settled,
} from './programs.ts'

const head =
  'Name,Email,Worker type,Role title,Hired on,Direct contact from,Direct contact until,Leave from,Leave until,Separated on'
const file = (...rows: string[]) => [head, ...rows].join('\r\n')
const lena = 'Lena Fox,lena@northstar.example,Employee,Youth worker,3/3/2025,3/17/2025,,,,'
const omar = 'Omar Diaz,omar@northstar.example,volunteer,Mentor,2025-04-01,,,,,'
const wrong = 'Vera Holm,vera@northstar.example,employee,Cook,2/30/2025,,,,,'

async function rosterAt(program = 'North Star House') {
  // The days of hire below are recorded within 30 days; older ones wait for a second person.
  const world = await aWorld({ now: new Date('2025-04-02T18:00:00Z') })
  const rae = await world.as('rae@northstar.example')
  return { world, rae, program: await programId(world.db, program) }
}

describe('importing a file', () => {
  test('shows each row as new, changed, unchanged or refused with the reason beside the cell, and saves nothing', async () => {
    const { world, rae, program } = await rosterAt()
    const theo = 'Theo Okafor,theo@northstar.example,,Night lead,,,,,,'
    const { address, page } = await checkFile(world, rae, program, file(lena, omar, wrong, theo))
    const words = readable(page.body)
    expect(words).toContain('1 row has a problem. 3 rows are ready. Nothing has been saved yet.')
    expect(words).toContain('2/30/2025 We can’t read “2/30/2025” as a date.')
    // The column with the problem comes first; without one, the file's order is kept.
    const headings = (body: string) =>
      [...body.matchAll(/<th scope="col">([\w ]+)<\/th>/g)].map(([, heading]) => heading).slice(0, 3)
    expect(headings(page.body)).toEqual(['Hired on', 'Name', 'Email'])
    expect(headings((await rae.get(`${address}?kind=new`)).body)).toEqual(['Name', 'Email', 'Worker type'])
    expect(readable((await rae.get(`${address}?kind=new`)).body)).toContain(
      'Lena Fox lena@northstar.example Employee',
    )
    expect(readable((await rae.get(`${address}?kind=changed`)).body)).toContain('Night lead was Night staff')
    expect(
      await world.db.selectFrom('people').select('id').where('email', 'like', '%lena%').execute(),
    ).toEqual([])
  })

  test('asks whether a new row is about someone on the roster with the same name, and does as answered', async () => {
    const { world, rae, program } = await rosterAt()
    const theo = await personId(world.db, 'theo@northstar.example')
    const { hired_on } = await assignmentOf(world.db, 'theo@northstar.example')
    const again = `Théo Okafor,theo.okafor@mail.example,employee,Cook,${hired_on},,,,,`
    const mai = 'Mai Vang,other-mai@mail.example,employee,Cook,4/1/2025,,,,,'
    const { address, page } = await checkFile(world, rae, program, file(lena, again, mai))
    const words = readable(page.body)
    expect(words).toContain(
      `Line 3: Théo Okafor, theo.okafor@mail.example, Cook, hired on ${hired_on} May be the same person as Theo Okafor, theo@northstar.example, Night staff`,
    )
    expect(words).toContain('3 rows are ready.')
    await rae.post(`${address}/answers`, { shown: ['3', '4'], same: '3' })
    const answered = readable((await settled(world, rae, address)).body)
    expect(answered).not.toContain('same person')
    await applyFile(world, rae, address)
    const named = await world.db
      .selectFrom('people')
      .select(['id', 'email'])
      .where('name', 'in', ['Theo Okafor', 'Théo Okafor', 'Mai Vang'])
      .orderBy('email')
      .execute()
    expect(named.map(({ email }) => email)).toEqual([
      ...['mai@northstar.example', 'other-mai@mail.example', 'theo@northstar.example'],
    ])
    expect(named.at(-1)?.id).toBe(theo)
    // The row was about the person on the roster: it changed their work.
    const work = world.db.selectFrom('assignments').where('person_id', '=', theo)
    expect(await work.where('role_title', '=', 'Cook').select('id').execute()).toHaveLength(1)
  })

  test('asks whether two new rows of one name are one person, and does as answered', async () => {
    const { world, rae, program } = await rosterAt()
    const row = (email: string, title: string) => `Jules Ferro,${email},employee,${title},4/1/2025,,,,,`
    const rows = [
      row('jules@a.example', 'Cook'),
      row('jules@b.example', ''),
      row('jules@c.example', 'Mentor'),
    ]
    const { address, page } = await checkFile(world, rae, program, file(...rows))
    expect(readable(page.body)).toContain(
      'Line 3: Jules Ferro, jules@b.example, hired on 4/1/2025 May be the same person as line 2, Jules Ferro, jules@a.example, Cook, hired on April 1, 2025',
    )
    await rae.post(`${address}/answers`, { shown: ['3', '4'], same: '3' })
    await settled(world, rae, address)
    await applyFile(world, rae, address)
    const people = await world.db
      .selectFrom('people')
      .innerJoin('assignments', 'person_id', 'people.id')
      .where('name', '=', 'Jules Ferro')
      .select(['email', 'role_title'])
      .orderBy('email')
      .execute()
    expect(people).toEqual([
      { email: 'jules@a.example', role_title: 'Cook' },
      { email: 'jules@c.example', role_title: 'Mentor' },
    ])
  })

  test('saves the valid rows in one transaction, and the same file again changes nothing', async () => {
    const { world, rae, program } = await rosterAt()
    const { address } = await checkFile(world, rae, program, file(lena, omar, wrong))
    const applied = await applyFile(world, rae, address)
    expect(readable(applied.body)).toContain('2 rows were saved; 1 could not be.')
    const roster = readable((await rae.get(`/programs/${program}/roster`)).body)
    expect(roster).toContain('Lena Fox Youth worker Mar 3, 2025 Since Mar 17, 2025 Working')
    expect(roster).not.toContain('Vera Holm')
    const entries = await world.db
      .selectFrom('ledger_entries')
      .select(['kind', 'facts'])
      .where('subject', '=', `program:${program}`)
      .execute()
    expect(entries).toHaveLength(1)
    expect(JSON.parse(entries[0]!.facts)).toMatchObject({ act: 'file-applied', rows: { new: 2, refused: 1 } })
    const again = await checkFile(world, rae, program, file(lena, omar))
    expect(readable(again.page.body)).toContain(
      'Everything in this file is already on record. There is nothing to save.',
    )
    const rows = await world.db
      .selectFrom('assignments')
      .select('id')
      .where('program_id', '=', program)
      .execute()
    expect(rows).toHaveLength(5)
  })

  test('returns the refused rows with their reasons, and accepts that file once it is fixed', async () => {
    const { world, rae, program } = await rosterAt()
    const { address } = await checkFile(world, rae, program, file(lena, wrong))
    const refused = await rae.get(`${address}/refused.csv`)
    expect(refused.headers['content-disposition']).toBe('attachment; filename="refused-rows.csv"')
    expect(refused.body).toContain('Line,Reason')
    expect(refused.body).toContain(
      'Vera Holm,vera@northstar.example,,employee,Cook,,2/30/2025,,,,,,,3,Hired on: We can’t read “2/30/2025” as a date',
    )
    const fixed = await checkFile(world, rae, program, refused.body.replace('2/30/2025,', '2/27/2025,'))
    expect(readable(fixed.page.body)).toContain('Every row can be read. 1 row is ready.')
    expect(readable(fixed.page.body)).not.toContain('Ignored because')
  })

  test('a correction supersedes the old row, and the history names the file', async () => {
    const { world, rae, program } = await rosterAt()
    await applyFile(world, rae, (await checkFile(world, rae, program, file(lena))).address)
    world.clock.now = new Date(world.clock.now.getTime() + 3_600_000)
    await applyFile(
      world,
      rae,
      (await checkFile(world, rae, program, file(lena.replace('3/17/2025', '3/18/2025')))).address,
    )
    const rows = await world.db
      .selectFrom('contact_periods')
      .selectAll()
      .where('reason', 'like', '%roster.csv')
      .orderBy('recorded_at')
      .execute()
    expect(rows.map(({ from_on, superseded_at }) => [from_on, superseded_at === null])).toEqual([
      ['2025-03-17', false],
      ['2025-03-18', true],
    ])
    expect(rows[0]!.period_id).toBe(rows[1]!.period_id)
    const page = await rae.get(`/team/${await personId(world.db, 'lena@northstar.example')}`)
    expect(readable(page.body)).toContain(
      'Direct contact: first day, March 17, 2025 → March 18, 2025 Why: From the file roster.csv',
    )
  })

  test('accepts rows pasted from a spreadsheet', async () => {
    const { world, rae, program } = await rosterAt()
    const boundary = 'b'
    const pasted = `Name\tEmail\tHired on\tWorker type\nLena Fox\tlena@northstar.example\t3/3/2025\temployee`
    const answer = await world.app.inject({
      method: 'POST',
      url: `/programs/${program}/imports`,
      headers: {
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'sec-fetch-site': 'same-origin',
        'idempotency-key': crypto.randomUUID(),
        cookie: [...rae.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      payload: `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename=""\r\ncontent-type: application/octet-stream\r\n\r\n\r\n--${boundary}\r\ncontent-disposition: form-data; name="pasted"\r\n\r\n${pasted}\r\n--${boundary}--\r\n`,
    })
    expect(answer.statusCode).toBe(303)
    expect(readable((await settled(world, rae, String(answer.headers.location))).body)).toContain(
      '1 row is ready',
    )
  })

  test('shows a clear message for a missing file, a wrong file type and a file that is too large; reads a workbook', async () => {
    const { world, rae, program } = await rosterAt()
    const none = await sendFile(world, rae, program, '')
    expect(none.statusCode).toBe(422)
    expect(none.body).toContain('Choose a file, or paste rows below.')
    const broken = await sendFile(world, rae, program, Buffer.from([0x50, 0x4b, 3, 4]))
    expect([broken.statusCode, readable(broken.body)]).toEqual([
      422,
      expect.stringContaining('This workbook can’t be opened.'),
    ])
    const large = await sendFile(world, rae, program, Buffer.alloc(5 * 1024 * 1024 + 1, 'a'))
    expect(large.statusCode).toBe(422)
    expect(large.body).toContain('larger than 5 MB')
    // A file beyond the limit for all uploads is discarded, and the message appears in the same place.
    const huge = await sendFile(world, rae, program, Buffer.alloc(11 * 1024 * 1024, 'a'))
    expect(huge.statusCode).toBe(422)
    expect(huge.body).toContain('larger than 5 MB')
    const bare = await checkFile(world, rae, program, file())
    expect(readable(bare.page.body)).toContain('headings but no rows')
    // A workbook is read like a CSV file.
    const columns = ['Name', 'Email', 'Worker type', 'Hired on'].map((heading, index) => ({
      heading,
      width: 20,
      isDay: heading === 'Hired on',
      value: (cells: readonly string[]) => cells[index] ?? null,
    }))
    const sheet = xlsxOf('Staff', columns, [['Lena Fox', 'lena@northstar.example', 'employee', '2026-03-03']])
    const workbook = await checkFile(world, rae, program, await buffer(sheet))
    expect(readable(workbook.page.body)).toMatch(/1 row is ready.*Lena Fox.*2026-03-03/)
  })

  test('nothing is saved if the roster changed after the check', async () => {
    const { world, rae, program } = await rosterAt()
    const first = await checkFile(world, rae, program, file(lena))
    const second = await checkFile(world, rae, program, file(lena.replace('Youth worker', 'Cook'), omar))
    await applyFile(world, rae, first.address)
    const late = await applyFile(world, rae, second.address)
    expect(readable(late.body)).toContain('The roster changed after this check, so nothing was saved.')
    expect(readable((await rae.get(`/programs/${program}/roster`)).body)).not.toContain('Omar Diaz')
    await rae.post(`${second.address}/check`)
    expect(readable((await settled(world, rae, second.address)).body)).toContain('2 rows are ready')
    expect(readable((await applyFile(world, rae, second.address)).body)).toContain('2 rows were saved')
  })

  test('two files saved at the same time are applied one after the other', async () => {
    const { world, rae, program } = await rosterAt()
    const people = (title: string) =>
      Array.from(
        { length: 300 },
        (_, n) => `Person ${n},p${n}@northstar.example,employee,${title},3/3/2025,3/17/2025,,,,`,
      )
    const [one, two] = await Promise.all([
      checkFile(world, rae, program, file(...people('One'))),
      checkFile(world, rae, program, file(...people('Two').toReversed())),
    ])
    const handlers = await handlersOf(world)
    const person = await personId(world.db, 'rae@northstar.example')
    const pages = await Promise.all(
      [one, two].map(async ({ address }) => {
        await rae.post(`${address}/application`)
        await handlers['apply-import']({ import: address.split('/').at(-1)!, person })
        return rae.get(address)
      }),
    )
    const outcomes = pages.map(({ body }) =>
      readable(body).includes('were saved') ? 'saved' : 'changed since the check',
    )
    expect(outcomes.toSorted()).toEqual(['changed since the check', 'saved'])
    const titles = await world.db
      .selectFrom('assignments')
      .select('role_title')
      .where('program_id', '=', program)
      .where('role_title', 'in', ['One', 'Two'])
      .where('superseded_at', 'is', null)
      .execute()
    expect(titles).toHaveLength(300)
    expect(new Set(titles.map(({ role_title }) => role_title)).size).toBe(1)
  })

  test('a file that is being worked on shows how far it is, with and without JavaScript', async () => {
    const { world, rae, program } = await rosterAt()
    const sent = await sendFile(world, rae, program, file(lena))
    const address = String(sent.headers.location)
    await world.db.updateTable('roster_imports').set({ rows_done: 120, rows_total: 500 }).execute()
    const page = (await rae.get(address)).body
    expect(readable(page)).toContain('120 of 500 rows')
    expect(page).toContain('<noscript><meta http-equiv="refresh" content="1"></noscript>')
    expect(page).toContain('hx-trigger="every 1s"')
    await workOff(world, 'check-import')
    // The progress that asked is replaced by the page of the result.
    expect((await rae.get(address, { 'hx-request': 'true' })).headers['hx-refresh']).toBe('true')
    expect(readable((await rae.get(address)).body)).toContain('1 row is ready')
  })

  test('a file whose processes were all killed is given up with a message', async () => {
    const { world, rae, program } = await rosterAt()
    const { address } = await checkFile(world, rae, program, file(lena))
    const busy = await sendFile(world, rae, program, file(omar))
    await world.db
      .updateTable('roster_imports')
      .set({ state: 'applying' })
      .where('state', '=', 'checked')
      .execute()
    await failLostImports(world.db)
    const page = readable((await rae.get(address)).body)
    expect(page).toContain('The service stopped while working on this file. Nothing was saved')
    expect(readable((await rae.get('/notices')).body)).toContain('roster.csv could not be')
    // A file whose job still waits is left alone.
    expect(readable((await settled(world, rae, String(busy.headers.location))).body)).toContain(
      '1 row is ready',
    )
  })

  test('a file is saved once, however many attempts run at the same time', async () => {
    const { world, rae, program } = await rosterAt()
    const { address } = await checkFile(world, rae, program, file(lena, omar))
    await rae.post(`${address}/application`)
    const handlers = await handlersOf(world)
    const job = {
      import: address.split('/').at(-1)!,
      person: await personId(world.db, 'rae@northstar.example'),
    }
    await Promise.all([1, 2, 3].map(() => handlers['apply-import'](job)))
    expect(readable((await rae.get(address)).body)).toContain('2 rows were saved')
    const applied = await world.db
      .selectFrom('ledger_entries')
      .select('facts')
      .where('facts', 'like', '%file-applied%')
      .execute()
    expect(applied).toHaveLength(1)
  })

  test('nothing is saved for someone who is no longer an administrator', async () => {
    const { world, rae, program } = await rosterAt()
    const { address } = await checkFile(world, rae, program, file(lena))
    await rae.post(`${address}/application`)
    const person_id = await personId(world.db, 'rae@northstar.example')
    await world.db
      .updateTable('roles')
      .set({ ended_at: new Date() })
      .where('person_id', '=', person_id)
      .execute()
    await workOff(world, 'apply-import')
    const { state, problem } = await world.db
      .selectFrom('roster_imports')
      .select(['state', 'problem'])
      .executeTakeFirstOrThrow()
    expect([state, problem]).toEqual([
      'failed',
      'You no longer administer this program, so nothing was saved.',
    ])
  })

  test('an email that has an account elsewhere reads like one that has none, under any name', async () => {
    const { world, rae, program } = await rosterAt()
    const rowFor = (name: string, email: string) =>
      checkFile(world, rae, program, file(`${name},${email},employee,,3/3/2025,,,,,`))
    const [other, same, none] = [
      await rowFor('Ivan Sorens', 'ivy@lakeside.example'),
      await rowFor('Ivy Sorensen', 'ivy@lakeside.example'),
      await rowFor('Ivy Sorensen', 'nobody@lakeside.example'),
    ]
    for (const { page } of [other, same, none])
      expect(readable(page.body)).toContain('Every row can be read. 1 row is ready.')
    expect(readable((await applyFile(world, rae, other.address)).body)).toContain('1 row was saved')
    expect(readable((await (await world.as('ivy@lakeside.example')).get('/notices')).body)).toContain(
      'North Star House put you on its roster and asks to see your training record.',
    )
  })
})

describe('the roster export', () => {
  test('imports without changes, with several periods of contact and leave, and formulas as text', async () => {
    const { world, rae, program } = await rosterAt()
    const rows = [
      '=HYPERLINK(A1),sheet@northstar.example,contractor,+Therapist,1/6/2020,1/7/2020,3/1/2020,2/1/2021,2/9/2021,',
      '=HYPERLINK(A1),sheet@northstar.example,contractor,+Therapist,1/6/2020,5/1/2020,,3/1/2022,3/9/2022,',
      '"Quote ""Q"" O’Neil, Jr.",q@northstar.example,student,,1/6/2020,,,,,12/31/2020',
      '"Quote ""Q"" O’Neil, Jr.",q@northstar.example,employee,Cook,2/1/2021,,,,,',
    ]
    const { address } = await checkFile(world, rae, program, file(...rows))
    expect(readable((await applyFile(world, rae, address)).body)).toContain('waits for a second person')
    expect(await confirmAll(await world.as('lee@licensing.example'))).toEqual([303])
    expect(readable((await settled(world, rae, address)).body)).toContain('4 rows were saved.')
    const exported = await rae.get(`/programs/${program}/roster.csv`)
    expect(exported.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(exported.headers['x-content-type-options']).toBe('nosniff')
    expect(exported.body.startsWith('\uFEFFName,Email,')).toBe(true)
    expect(exported.body).toContain(
      "'=HYPERLINK(A1),sheet@northstar.example,,contractor,'+Therapist,,1/6/2020,5/1/2020,,3/1/2022",
    )
    const again = await checkFile(world, rae, program, exported.body)
    expect(readable(again.page.body)).toContain('There is nothing to save.')
    const counts = await world.db
      .selectFrom('roster_imports')
      .select('counts')
      .where('id', '=', again.address.split('/').at(-1)!)
      .executeTakeFirstOrThrow()
    expect(counts.counts).toEqual({ new: 0, changed: 0, unchanged: 7, refused: 0 })
    // Importing the export into another program and exporting it again gives the same file.
    const second = await aWorld({ now: new Date('2025-04-02T18:00:00Z') })
    const rae2 = await second.as('rae@northstar.example')
    const program2 = await programId(second.db, 'North Star House')
    const sent = await checkFile(second, rae2, program2, exported.body)
    await applyFile(second, rae2, sent.address)
    await confirmAll(await second.as('lee@licensing.example'))
    await settled(second, rae2, sent.address)
    expect((await rae2.get(`/programs/${program2}/roster.csv`)).body).toBe(exported.body)
  })

  test('has a template that the import accepts', async () => {
    const { world, rae, program } = await rosterAt()
    const template = await rae.get('/programs/roster-template.csv')
    const { page } = await checkFile(world, rae, program, template.body)
    expect(readable(page.body)).toContain('Every row can be read. 2 rows are ready.')
  })
})

test('thousands of rows are checked and saved as one', async () => {
  const { world, rae, program } = await rosterAt()
  const rows = Array.from(
    { length: 2_500 },
    (_, n) => `Person ${n},p${n}@northstar.example,employee,Youth worker,3/3/2025,3/17/2025,,,,`,
  )
  const { address, page } = await checkFile(world, rae, program, file(...rows))
  expect(readable(page.body)).toContain('2,500 rows are ready')
  // Page by page: the last one holds the last rows.
  const last = readable((await rae.get(`${address}?kind=new&page=50`)).body)
  expect(last).toContain('Person 2499 p2499@northstar.example')
  expect(last).not.toContain('Person 2449 p2449@northstar.example')
  expect(readable((await applyFile(world, rae, address)).body)).toContain('2,500 rows were saved')
})
