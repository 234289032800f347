import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { listRegister } from '#server/certificates/certificates/queries.ts'
import { checkRegister } from '#server/certificates/certificates/register-check.ts'
import { keepHead } from '#server/certificates/credentials/ledger-heads.actions.ts'
import { aWorld } from '#test/support/app.ts'

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
      { config, mail: null, checkRegister: async (rows) => checkRegister(rows, await listRegister(db)) },
      new Date(Date.now() + hours * hour),
    )
  expect((await check(0)).kind).toBe('kept')
  const ready = async () => JSON.parse((await visitor.get('/readyz')).body).status
  expect(await ready()).toBe('ready')
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
  expect(await ready()).toBe('degraded')
  expect(await verdictOf(other!.token)).toBe('under-review')
  const kit = await world.as('kit@system.example')
  expect((await kit.get('/admin/ledger')).body).toContain('Public pages say that the record is under review.')
})
