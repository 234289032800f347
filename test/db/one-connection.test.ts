import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catchUpCertificates } from '#server/certificates/certificates/catch-up.actions.ts'
import { keepHead } from '#server/certificates/credentials/ledger-heads.actions.ts'
import { publishedStatusList } from '#server/certificates/credentials/status.actions.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { fillDemoClassroom } from '#server/demo/classroom.ts'
import { onlyTry } from '#server/jobs/workers.ts'
import { addDays, dayOf } from '#server/lib/days.ts'
import { tellOwner } from '#server/notices/account-news.actions.ts'
import { requestPacket } from '#server/oversight/packets/packet.actions.ts'
import { findPacketById } from '#server/oversight/packets/packet.queries.ts'
import { makePacket } from '#server/oversight/packets/packet-making.actions.ts'
import { openReview } from '#server/oversight/reviews/review.actions.ts'
import { findReviewOf } from '#server/oversight/reviews/review.queries.ts'
import { createLink, setPassword } from '#server/people/actions.ts'
import { createSessions } from '#server/people/sessions.ts'
import { signIn } from '#server/people/sign-in/sign-in.actions.ts'
import { checkImport } from '#server/programs/imports/import-check.actions.ts'
import { startImport } from '#server/programs/imports/imports.actions.ts'
import { refreshStale } from '#server/standings/standings.actions.ts'
import { aStage, evidenceActions, now, type Stage } from '#test/ledger/evidence-actions.ts'
import { serviceUrl } from '#test/support/db.ts'

// An action that needs a second connection while it holds the first one would wait for itself and time out.
describe('with a single database connection', () => {
  let db: Database
  let stage: Stage

  beforeAll(async () => {
    db = connect(await serviceUrl(), 1, { connectionSeconds: 10 }).db
    stage = await aStage()
  })
  afterAll(() => db.destroy())

  test.each(evidenceActions)('$name needs no second connection', async ({ prepare }) => {
    const act = await prepare(stage, 0)
    expect(await act(db)).toBeGreaterThan(0)
  })

  test('a classroom needs no second connection', async () => {
    await fillDemoClassroom(db, stage.world.catalogue, now)
    expect(await db.selectFrom('scholarship_steps').select('id').execute()).not.toEqual([])
  })

  test('checking a roster file needs no second connection', async () => {
    const actor = { viewer: stage.rae, now }
    const bytes = Buffer.from(
      'Name,Email,Worker type,Hired on\nLena Fox,lena@northstar.example,employee,3/3/2025',
    )
    const started = await startImport(db, actor, stage.program, { name: 'roster.csv', bytes })
    if (started.kind !== 'started') throw new Error(started.kind)
    await checkImport(db, { importId: started.id, personId: stage.rae.id }, onlyTry, now)
    const { state } = await db
      .selectFrom('roster_imports')
      .select('state')
      .where('id', '=', started.id)
      .executeTakeFirstOrThrow()
    expect(state).toBe('checked')
  })

  test('making a packet needs no second connection', async () => {
    const { lee, program, world } = stage
    const review = await findReviewOf(db, lee, await openReview(db, lee, program, 'Yearly visit', now))
    const period = { from_on: '2026-05-01', to_on: '2026-06-01', sample_size: null, seed: 'a-seed' }
    const id = await requestPacket(db, lee, review!, period, now)
    await makePacket({ db, ...world.config, clock: () => now }, id, onlyTry)
    expect(await findPacketById(db, id)).toMatchObject({ state: 'made' })
  })

  test('setting and using a password needs no second connection', async () => {
    const password = 'seven quiet harbors at dawn'
    const token = await createLink(db, stage.theo.id, 'reset', null)
    expect(await setPassword(db, token, password, { words: [], tell: tellOwner, now: new Date() })).toEqual({
      kind: 'set',
    })
    const sessions = createSessions(db, { idleMinutes: 60, hours: 12 })
    const visit = { address: '127.0.0.1', device: 'Firefox on Linux', deviceToken: undefined }
    const answer = await signIn(db, sessions, { name: stage.theo.email ?? '', password }, visit, new Date())
    expect(answer.kind).toBe('signed-in')
  })

  test('scheduled jobs need no second connection', async () => {
    const { config } = stage.world
    expect(await refreshStale(db, addDays(dayOf(now), 400))).toBeGreaterThan(0)
    await catchUpCertificates(db, { issuer: config, keysFile: config.keysFile }, now)
    expect(await publishedStatusList(db, 'revocation', 1, config, now)).not.toBeNull()
    expect(await keepHead(db, { config, mail: null }, now)).toMatchObject({ kind: 'kept' })
  })
})
