import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { listRegister } from '#server/certificates/certificates/queries.ts'
import { checkRegister } from '#server/certificates/certificates/register-check.ts'
import type { Database } from '#server/db/connection.ts'
import { aWorld } from '#test/support/app.ts'
import { placedEntries } from '#test/support/ledger.ts'

const check = async (db: Database) => checkRegister(await placedEntries(db), await listRegister(db))

/** As the database owner with triggers disabled. */
async function tamper(db: Database, statement: ReturnType<typeof sql>): Promise<void> {
  await db.connection().execute(async (own) => {
    await sql`set session_replication_role = replica`.execute(own)
    await statement.execute(own)
    await sql`set session_replication_role = default`.execute(own)
  })
}

/** The cast's certificates, one of them with its file drawn. */
async function aRegister() {
  const { db, as } = await aWorld()
  const mai = await as('mai@northstar.example')
  const page = await mai.get('/')
  const [, file] = page.body.match(/href="(\/certificates\/[^"]+\.pdf)"/) ?? []
  expect((await mai.get(file!)).statusCode).toBe(200)
  const drawn = await sql<{ number: string }>`select number from certificates c
    join certificate_files f on f.certificate_id = c.id`.execute(db)
  return { db, number: drawn.rows[0]!.number }
}

describe('the certificate register compared with the ledger', () => {
  test('nothing is found if nothing was altered', async () => {
    const { db } = await aRegister()
    expect((await listRegister(db)).length).toBeGreaterThan(2)
    expect(await check(db)).toBeNull()
  })

  test('a changed name, day, file or number is found at the row of its issue or drawing', async () => {
    const { db, number } = await aRegister()
    const rowOf = async (kind: string) => {
      const entries = await placedEntries(db)
      return entries.find((one) => one.kind === kind && one.subject === `certificate:${number}`)!.seq
    }
    const facts = async (key: string, value: string) =>
      tamper(
        db,
        sql`update certificates set facts = jsonb_set(facts, ${sql.lit(`{${key}}`)}, ${JSON.stringify(value)}::jsonb)
            where number = ${number}`,
      )
    const kept = (await listRegister(db)).find((one) => one.number === number)!.facts
    for (const key of ['person_name', 'completed_on', 'verify_url'] as const) {
      await facts(key, 'Someone Else')
      expect(await check(db)).toMatchObject({ row: await rowOf('certificate-issued') })
      await facts(key, kept[key])
      expect(await check(db)).toBeNull()
    }
    await tamper(db, sql`update certificate_files set pdf = pdf || '\\x0a'::bytea`)
    expect(await check(db)).toMatchObject({ row: await rowOf('certificate-drawn') })
  })

  test('a removed or added certificate is found', async () => {
    const { db, number } = await aRegister()
    await tamper(db, sql`delete from certificates where number = ${number}`)
    expect((await check(db))?.what).toContain(
      `Certificate ${number} was issued but is missing from the register.`,
    )
    const other = await aRegister()
    await tamper(
      other.db,
      sql`insert into certificates (completion_id, person_id, corrects_id, number, token, facts)
          select completion_id, person_id, id, '2026-999999', repeat('a', 26), facts from certificates
          where number = ${other.number}`,
    )
    expect((await check(other.db))?.what).toContain('Certificate 2026-999999 is in the register')
  })
})
