import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { checkWholeRegister } from '#server/certificates/certificates/register-check.actions.ts'
import { keepHead } from '#server/certificates/credentials/ledger-heads.actions.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import { countEntries } from '#server/ledger/queries.ts'
import { aWorld } from '#test/support/app.ts'
import { handlersOf, workOff } from '#test/support/jobs.ts'
import { listTold } from '#test/support/notices.ts'

test('a register edited to another name no longer verifies, and the next hourly check puts the record under review', async () => {
  const world = await aWorld()
  const { db, config } = world
  const [edited, other] = await db
    .selectFrom('certificates')
    .select(['id', 'token'])
    .orderBy('issued_at', 'desc')
    .limit(2)
    .execute()
  const visitor = world.visitor()
  const hour = 3_600_000
  const check = (hours: number) =>
    keepHead(
      db,
      { config, mail: null, checkRegister: checkWholeRegister },
      new Date(Date.now() + hours * hour),
    )
  expect((await check(0)).kind).toBe('kept')
  const ready = async () => JSON.parse((await visitor.get('/readyz')).body).status
  // On a crowded machine, a part of the page may not answer in its time.
  await expect.poll(ready, { timeout: 20_000 }).toBe('ready')
  const verdictOf = async (token: string) =>
    JSON.parse((await visitor.get(`/api/certificates/${token}`)).body).verdict
  expect([await verdictOf(edited!.token), await verdictOf(other!.token)]).not.toContain('under-review')

  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    await sql`update certificates set facts = jsonb_set(facts, '{person_name}', '"Someone Else"') where id = ${edited!.id}`.execute(
      trx,
    )
  })
  expect(await verdictOf(edited!.token)).toBe('under-review')
  expect(await verdictOf(other!.token)).not.toBe('under-review')
  const page = (await visitor.get(`/verify/${edited!.token}`)).body
  expect(page).toContain('This record is under review.')
  expect(page).not.toContain('S••••••')

  await expect(check(1)).rejects.toThrow('was changed in the register')
  await expect.poll(ready, { timeout: 20_000 }).toBe('degraded')
  expect(await verdictOf(other!.token)).toBe('under-review')
  const kit = await world.as('kit@system.example')
  expect((await kit.get('/admin/ledger')).body).toContain('Public pages say that the record is under review.')
})

test('a revocation removed from the register is found at once, and administrators are told of a failed check', async () => {
  const world = await aWorld()
  const { db } = world
  const { id, number, token, person_id } = await db
    .selectFrom('certificates')
    .select(['id', 'number', 'token', 'person_id'])
    .where('id', 'not in', (eb) => eb.selectFrom('certificate_status_changes').select('certificate_id'))
    .executeTakeFirstOrThrow()
  const verdict = async () =>
    JSON.parse((await world.visitor().get(`/api/certificates/${token}`)).body).verdict
  expect(await verdict()).toBe('valid')
  await recordEvidence(db, {
    kind: 'certificate-revoked',
    actor_id: person_id,
    subject: `certificate:${number}`,
    facts: {},
    at: new Date(),
  })
  expect([id, await verdict()]).toEqual([id, 'under-review'])

  const check = (await handlersOf(world))['sign-ledger-head']
  await expect(check({})).rejects.toThrow('the register doesn’t say so')
  await workOff(world, 'tell-offices')
  expect(await listTold(db, 'record-altered')).toEqual(['kit@system.example record-altered'])
})

test('a tail of the ledger that is cut on the day of its head is found by the next check, whatever else is removed', async () => {
  const world = await aWorld()
  const { db, config } = world
  const now = new Date('2026-11-24T15:00:00Z')
  const check = (hours: number) =>
    keepHead(db, { config, mail: null }, new Date(now.getTime() + hours * 3_600_000))
  const add = (n: number) =>
    recordEvidence(db, { kind: 'setting-changed', actor_id: null, subject: `x:${n}`, facts: { n }, at: now })
  expect((await check(0)).kind).toBe('kept')
  const before = await countEntries(db)
  for (let n = 0; n < 5; n++) await add(n)
  expect((await check(1)).kind).toBe('kept')
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    await sql`delete from ledger where seq > ${before + 2}`.execute(trx)
    await sql`delete from ledger_heads where size > ${before}`.execute(trx)
  })
  await expect(check(2)).rejects.toThrow(`row ${before + 3}`)
})
