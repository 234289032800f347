import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { LedgerKind } from '#server/ledger/actions.ts'
import { openReviewOf } from '#test/oversight/reviewed.ts'
import { assignmentOf, programId } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { readModule, takeAssessment } from '#test/support/taking.ts'

/** What an action writes besides its ledger row. */
const evidence = [
  ...['completions', 'completion_voids', 'certificates', 'certificate_files', 'certificate_status_changes'],
  ...['certificate_requests', 'certificate_request_ends', 'course_approvals', 'course_approval_decisions'],
  ...['assignments', 'contact_periods', 'leave_periods', 'outside_trainings', 'training_decisions', 'roles'],
  ...['reviews', 'review_states', 'status_lists'],
]

const counted = async ({ db }: World) => {
  // A packet is asked for in an act; then its maker writes on its row.
  const parts = [...evidence, 'review_packets'].map(
    (name) => sql`(select count(*) from ${sql.table(name)}) as ${sql.id(name)}`,
  )
  return (await sql`select ${sql.join(parts)}, (select count(*) from ledger_entries) as ledger`.execute(db))
    .rows[0]
}

/** Evidence written by a transaction without a ledger row. */
async function silentlyAdded({ db }: World, since: string): Promise<readonly string[]> {
  const silent: string[] = []
  for (const name of evidence) {
    const { rows } = await sql<{ silent: number }>`
      select count(*) as silent from ${sql.table(name)} t where t.xmin::text::bigint >= ${since}::bigint
      and not exists (select from ledger_arrivals l where l.xmin = t.xmin)`.execute(db)
    if (rows[0]!.silent > 0) silent.push(name)
  }
  return silent
}

/** Runs something while the ledger refuses inserts. */
async function withoutLedger<T>({ db }: World, work: () => Promise<T>): Promise<T> {
  await sql`create function refuse_row() returns trigger language plpgsql as $$ begin raise 'The ledger is away.'; end $$`.execute(
    db,
  )
  await sql`create trigger refuse_row before insert on ledger_arrivals for each row execute function refuse_row()`.execute(
    db,
  )
  try {
    return await work()
  } finally {
    await sql`drop trigger refuse_row on ledger_arrivals`.execute(db)
    await sql`drop function refuse_row`.execute(db)
  }
}

/** A form with a file field, as a browser sends it. */
async function sent(client: Client, url: string, fields: Record<string, string>, file?: string) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  const pdf = '%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n'
  if (file) data.append(file, new Blob([pdf], { type: 'application/pdf' }), 'letter.pdf')
  const request = new Request('http://127.0.0.1', { method: 'POST', body: data })
  return client.send('POST', url, await request.text(), {
    'content-type': request.headers.get('content-type')!,
    'sec-fetch-site': 'same-origin',
  })
}

test('every evidence action writes its ledger row in the same transaction, and fails without it', async () => {
  const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  const { db, catalogue } = world
  const since = (await sql<{ id: string }>`select txid_current()::text as id`.execute(db)).rows[0]!.id
  const course = catalogue.courses.get('residential-settings')!.current
  const program = await programId(db, 'North Star House')
  const [ada, rae, theo] = (await Promise.all(
    ['ada', 'rae', 'theo'].map((name) => world.as(`${name}@northstar.example`)),
  )) as [Client, Client, Client]
  const [lee, max] = [await world.as('lee@licensing.example'), await world.as('max@licensing.example')]
  const [noor, ines] = [await world.as('noor@review.example'), await world.as('ines@review.example')]
  const idOf = (name: string) => personId(db, `${name}@northstar.example`)

  /** Runs it twice: first with a failing ledger, which must change nothing, then normally. */
  async function act(kinds: readonly LedgerKind[], work: () => Promise<unknown>): Promise<string> {
    const before = await counted(world)
    await withoutLedger(world, work)
    expect(await counted(world), `${kinds} without the ledger`).toEqual(before)
    const from = (
      await sql<{ turn: number }>`select coalesce(max(turn), 0) as turn from ledger_entries`.execute(db)
    ).rows[0]!.turn
    const answer = (await work()) as { headers?: { location?: string } }
    const rows = await db
      .selectFrom('ledger_entries')
      .select('kind')
      .where('turn', '>', from)
      .orderBy('turn')
      .execute()
    expect(rows.map(({ kind }) => kind)).toEqual(kinds)
    return String(answer?.headers?.location)
  }

  const id = await idOf('ada')
  await ada.post(`/courses/${course.slug}/enrollment`)
  for (const module of course.modules) {
    await readModule(ada, course, module)
    if (module !== course.modules.at(-1)) await takeAssessment(db, ada, id, course, module)
  }
  await act(['course-completed', 'certificate-issued'], () =>
    takeAssessment(db, ada, id, course, course.modules.at(-1)!),
  )

  const { number } = await db
    .selectFrom('certificates')
    .select('number')
    .where('person_id', '=', id)
    .executeTakeFirstOrThrow()
  await act(['certificate-drawn'], () => ada.get(`/certificates/${number}.pdf`))
  const at = `/certificates/records/${number}`
  const correction = await act(['certificate-act-requested'], () =>
    lee.post(`${at}/correction`, { reason: 'Married', person_name: 'Ada Northwind', account: 'renames' }),
  )
  const next = await act(['certificate-corrected', 'certificate-issued'], () =>
    max.post(`${correction}/confirmation`),
  )
  const revocation = await act(['certificate-act-requested'], () =>
    lee.post(`${next}/revocation`, { reason: 'Taken by someone else', completion: 'void' }),
  )
  await act(['completion-voided', 'certificate-revoked'], () => max.post(`${revocation}/confirmation`))

  const text = catalogue.courses.get('child-protection')!.current
  const approval = {
    text: text.hash,
    authority: 'Commissioner of Human Services',
    reference: 'Letter 26-17',
    approved_on: '3/15/2026',
    effective_on: '3/15/2026',
  }
  await act(['approval-recorded'], () =>
    sent(noor, `/review/courses/${text.slug}/${text.version}/approvals`, approval, 'document'),
  )
  const { id: recorded } = await db
    .selectFrom('course_approvals')
    .select('id')
    .where('course', '=', text.slug)
    .executeTakeFirstOrThrow()
  await act(['approval-confirmed'], () => ines.post(`/review/approvals/${recorded}/confirmation`))

  const work = await assignmentOf(db, 'theo@northstar.example')
  await act(['second-person-requested'], () =>
    rae.post(`/programs/${program}/assignments/${work.assignment_id}/correction`, {
      ...{ worker_type: 'employee', role_title: 'Night lead', hired_on: '5/1/2024', separated_on: '' },
      ...{ change: 'correct', reason: 'Typed the wrong month', seen: work.id },
    }),
  )

  const { id: waits } = await db.selectFrom('second_person_requests').select('id').executeTakeFirstOrThrow()
  await act(['second-person-decided', 'roster-changed'], () =>
    lee.post(`/confirmations/${waits}/confirmation`),
  )

  const webinar = {
    title: 'A webinar',
    provider: 'Webinars Inc.',
    completed_on: '11/2/2026',
    hours: '2',
    subject: 'yes',
  }
  const elsewhere = await act(['outside-training-recorded'], () => sent(theo, '/training/elsewhere', webinar))
  await act(['outside-training-decided'], () =>
    rae.post(`${elsewhere}/decisions`, { program, decision: 'accept', reason: 'Seen' }),
  )

  const mai = { name: 'Mai Vang', email: 'mai@northstar.example', role: 'supervisor' }
  await act(['role-granted'], () => rae.post(`/programs/${program}/roles`, mai))
  const { id: role } = await db
    .selectFrom('roles')
    .select('id')
    .where('person_id', '=', await idOf('mai'))
    .executeTakeFirstOrThrow()
  await act(['role-ended'], () => rae.post(`/roles/${role}/end`))

  const review = await openReviewOf(world, lee, '9900001')
  await act(['records-exported'], () =>
    lee.post(`${review}/packets`, { from_on: '6/14/2026', to_on: '11/20/2026', people: 'all' }),
  )

  expect(await silentlyAdded(world, since)).toEqual([])
}, 240_000)
