import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { installQueue } from '#server/db/queue-schema.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { fillDemo } from '#server/demo/fill.ts'
import { notify } from '#server/notices/actions.ts'
import { createSessions } from '#server/people/sessions.ts'
import { startImport } from '#server/programs/imports/imports.actions.ts'
import { addWorker, programId } from '#test/oversight/reviewed.ts'
import { config, theCourses, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { aCollector } from '#test/support/collector.ts'
import { aMailbox } from '#test/support/mailbox.ts'
import { startService, startWorker, Visitor } from '#test/support/service.ts'

const emails = 40
const files = 8

test('workers apart from the web process do imports, packets and email; one that is killed leaves nothing undone or done twice', {
  timeout: 900_000,
}, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-workers-'))
  const postgres = await startEmbeddedPostgres(folder)
  const { db } = connect(postgres.url, 4)
  const mailbox = await aMailbox()
  const collector = await aCollector()
  const settings = {
    DATABASE_URL: postgres.url,
    DATA_DIR: folder,
    BASE_URL: 'http://127.0.0.1:3000',
    SMTP_URL: mailbox.url,
    SECOND_FACTOR: 'optional',
    JOBS: 'apart',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  }
  const running: { process: { kill: (signal: NodeJS.Signals) => unknown }; ended: Promise<unknown> }[] = []
  try {
    await migrate(db)
    await installQueue(db)
    const catalogue = theCourses()
    const residential = catalogue.courses.get('residential-settings') ?? null
    const issuer = { ...config, keysFile: path.join(folder, 'keys.json') }
    await fillDemo(db, { residential, issuer }, new Date())
    const world = { db, catalogue, config: issuer } as World
    for (let n = 0; n < 30; n++)
      await addWorker(world, '9900001', {
        name: `Casey Number${n}`,
        hired_on: '2026-01-05',
        contact_from: '2026-01-20',
        completed_on: '2026-01-15',
      })
    await db.deleteFrom('notice_emails').execute()
    await sql`delete from pgboss.job`.execute(db)
    const web = await startService(settings)
    running.push(web)
    await cause(db, web.address)
    const before = await undone(db)
    expect(before).toEqual({ files, packets: 2, emails: emails + 1, resets: 1 })

    const [first, second] = await Promise.all([startWorker(settings), startWorker(settings)])
    running.push(first, second)
    await until(async () => (await isBusy(db)) && (await undone(db)).emails < emails)
    first.process.kill('SIGKILL')
    const killedAt = Date.now()
    await until(async () => Object.values(await undone(db)).every((count) => count === 0))
    console.log(
      `All done ${Math.round((Date.now() - killedAt) / 1000)} s after one of two workers was killed`,
    )

    const ids = mailbox.received.map((letter) => /^Message-ID: (\S+)/im.exec(letter)?.[1])
    // An email that the mail server took just before the kill may come a second time, under the same id.
    expect(new Set(ids).size).toBe(emails + 2)
    expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(1)
    const told = async (kind: string) =>
      (await db.selectFrom('notices').select('id').where('kind', '=', kind).execute()).length
    expect([await told('import-done'), await told('packet-done')]).toEqual([files, 2])
    const made = await db
      .selectFrom('ledger_entries')
      .select('seq')
      .where('facts', 'like', '%packet-made%')
      .execute()
    expect(made).toHaveLength(2)
    const failed = await sql`select from pgboss.job where state = 'failed'`.execute(db)
    expect(failed.rows).toEqual([])
    // What the other worker did is traced: it sends every 5 seconds.
    await until(async () => {
      const names = collector.spans().map(({ name }) => name)
      return names.includes('job send-email') && names.includes('job check-import')
    })
  } finally {
    for (const { process, ended } of running) {
      process.kill('SIGTERM')
      await ended
    }
    await mailbox.close()
    collector.close()
    await db.destroy()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

/** What people do on pages: ask for packets, a new password and notices, and upload files. */
async function cause(db: Database, address: string): Promise<void> {
  const lee = new Visitor(address)
  await lee.post('/sign-in', { email: 'lee@licensing.example', password: demoPassword })
  const program_id = await programId({ db }, '9900001')
  await lee.post(`/licensing/programs/${program_id}/reviews`, {
    purpose: 'Licensing review',
  })
  const { id } = await db.selectFrom('reviews').select('id').executeTakeFirstOrThrow()
  for (let n = 0; n < 2; n++)
    await lee.post(`/reviews/${id}/packets`, { from_on: '1/1/2026', to_on: '6/1/2026', people: 'all' })
  await lee.post('/forgot-password', { email: 'ada@northstar.example' })
  const sessions = createSessions(db, { idleMinutes: 60, hours: 12 })
  const rae = (await sessions.viewer(await sessions.create(await personId(db, 'rae@northstar.example'))))!
  for (let n = 0; n < files; n++) {
    const rows = Array.from(
      { length: 200 },
      (_, row) => `P ${n} ${row},p${n}-${row}@x.example,employee,3/3/2025`,
    )
    const bytes = Buffer.from(['Name,Email,Worker type,Hired on', ...rows].join('\n'))
    await startImport(db, { viewer: rae, now: new Date() }, program_id, { name: `roster-${n}.csv`, bytes })
  }
  const mai = await personId(db, 'mai@northstar.example')
  await db.transaction().execute(async (trx) => {
    for (let n = 0; n < emails; n++)
      await notify(trx, {
        person_id: mai,
        kind: 'place-opened',
        facts: { session_id: String(n) },
        dedupe_key: `place ${n}`,
      })
    await notify(trx, {
      person_id: mai,
      kind: 'sign-in-changed',
      facts: { what: 'password-set', by: null },
      dedupe_key: 'once',
    })
  })
}

async function undone(db: Database) {
  const { rows } = await sql<{ files: number; packets: number; emails: number; resets: number }>`
    select (select count(*) from roster_imports where state = 'checking')::int as files,
      (select count(*) from review_packets where state = 'making')::int as packets,
      (select count(*) from notice_emails e join notices n on n.id = e.notice_id
        where e.state = 'queued' and n.kind in ('place-opened', 'sign-in-changed'))::int as emails,
      (select count(*) from pgboss.job where name in ('send-reset-link', 'send-account-email')
        and state in ('created', 'retry', 'active'))::int as resets`.execute(db)
  return rows[0]!
}

async function isBusy(db: Database): Promise<boolean> {
  const { rows } = await sql<{ active: number }>`
    select count(*)::int as active from pgboss.job where state = 'active' and name = 'make-packet'`.execute(
    db,
  )
  return rows[0]!.active > 0
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50))
}
