import { rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { connect, type Database } from '#server/db/connection.ts'
import { runningUrl } from '#server/db/embedded.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { theCourses, type World } from '#test/support/app.ts'
import { newFolder, type Service, startService, Visitor } from '#test/support/service.ts'
import { openPacket } from './packets.ts'
import { addWorker, programId } from './reviewed.ts'

test('a packet whose process is killed is resumed by the next process, with the certificates already drawn', {
  timeout: 180_000,
}, async () => {
  const folder = newFolder()
  let service: Service | undefined
  let db: Database | undefined
  const start = async () => {
    service = await startService({ DATA_DIR: folder, BASE_URL: 'http://127.0.0.1:3000' })
    await db?.destroy()
    db = connect(runningUrl(folder), 2).db
    return { db, service }
  }
  try {
    const first = await start()
    const world = {
      db: first.db,
      catalogue: theCourses(),
      config: { keysFile: path.join(folder, 'keys.json') },
    } as World
    for (let n = 0; n < 12; n++)
      await addWorker(world, '9900001', {
        name: `Casey Number${n}`,
        hired_on: '2026-01-05',
        contact_from: '2026-01-20',
        completed_on: '2026-01-15',
      })
    await askForPacket(first.db, first.service.address)
    await until(async () => (await drawn(first.db)).length > 5)
    const before = await drawn(first.db)
    first.service.process.kill('SIGKILL')
    await first.service.ended

    const second = await start()
    expect((await packet(second.db)).state).toBe('making')
    await until(async () => (await packet(second.db)).state !== 'making')
    const made = await packet(second.db)
    expect([made.state, made.problem]).toEqual(['made', null])
    const { files, wrong } = await openPacket(world, made.zip!)
    expect(wrong).toEqual([])
    const certificates = Object.keys(files).filter((name) => name.startsWith('certificates/'))
    // One for each completion by everyone who worked there in the period.
    const { issued } = await second.db
      .selectFrom('certificates')
      .innerJoin('assignments', 'assignments.person_id', 'certificates.person_id')
      .innerJoin('program_details', 'program_details.program_id', 'assignments.program_id')
      .where('license_number', '=', '9900001')
      .where('hired_on', '<=', '2026-06-01')
      .select(({ fn }) => fn.count<number>('certificates.id').distinct().as('issued'))
      .executeTakeFirstOrThrow()
    expect(issued).toBeGreaterThan(14)
    expect(certificates).toHaveLength(issued)
    // The second process used the certificates that the first had drawn.
    const after = await drawn(second.db)
    expect(before.filter((hash) => !after.includes(hash))).toEqual([])
    const entries = await second.db
      .selectFrom('ledger_entries')
      .select('facts')
      .where('kind', '=', 'records-exported')
      .execute()
    expect(entries.filter(({ facts }) => facts.includes('"act":"packet-made"'))).toHaveLength(1)
  } finally {
    await db?.destroy()
    service?.process.kill('SIGTERM')
    await service?.ended
    rmSync(folder, { recursive: true, force: true })
  }
})

async function askForPacket(db: Database, address: string): Promise<void> {
  const lee = new Visitor(address)
  await lee.post('/sign-in', { email: 'lee@licensing.example', password: demoPassword })
  await lee.post(`/licensing/programs/${await programId({ db }, '9900001')}/reviews`, {
    purpose: 'Licensing review',
  })
  const { id } = await db.selectFrom('reviews').select('id').executeTakeFirstOrThrow()
  const asked = await lee.post(`/reviews/${id}/packets`, {
    from_on: '1/1/2026',
    to_on: '6/1/2026',
    people: 'all',
  })
  expect(asked).toBe(303)
}

const packet = (db: Database) =>
  db.selectFrom('review_packets').select(['state', 'problem', 'zip']).executeTakeFirstOrThrow()

async function drawn(db: Database): Promise<string[]> {
  const rows = await db.selectFrom('certificate_files').select('sha256').execute()
  return rows.map(({ sha256 }) => sha256)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}
