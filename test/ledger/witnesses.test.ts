import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { buildApp } from '#server/app.ts'
import { keepHead } from '#server/certificates/credentials/ledger-heads.actions.ts'
import { connect } from '#server/db/connection.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import { findLastCheck } from '#server/ledger/checks.ts'
import { readVerifierKey } from '#server/ledger/signed-note.ts'
import { aWorld, config, theCourses, type World } from '#test/support/app.ts'
import { isCosigned, openCheckpoint } from './tlog-checker.ts'

const closing: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const close of closing.toReversed()) await close()
})

/** A second installation, with a database and keys of its own, that cosigns the first one's ledger over HTTP. */
async function aWitness(world: World, vkey: string) {
  const template = inject('templateUrl')
  const name = `witness_${process.pid}`
  const owner = new pg.Client({ connectionString: template.replace(/[^/]+$/, 'postgres') })
  await owner.connect()
  await owner.query(`create database ${name} template template_safe_harbor`)
  const { db } = connect(template.replace(/[^/]+$/, name), 3)
  const dataDir = `${world.config.dataDir}-witness`
  const app = await buildApp({
    db,
    catalogue: theCourses(),
    mail: null,
    clock: () => new Date(),
    config: {
      ...config,
      baseUrl: 'http://127.0.0.1:3001',
      dataDir,
      keysFile: `${dataDir}/keys.json`,
      witnessedLogs: [readVerifierKey(vkey)!],
    },
    isDemo: false,
    logger: false,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  closing.push(async () => {
    await app.close()
    await db.destroy()
    await owner.query(`drop database ${name} with (force)`)
    await owner.end()
  })
  return { db, app, url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/witness` }
}

test('another installation cosigns heads that continue its history, and nothing else is published', async () => {
  const world = await aWorld()
  const visitor = world.visitor()
  const vkey = (await visitor.get('/ledger/keys')).body.trim()
  const witness = await aWitness(world, vkey)
  const witnessKey = (await witness.app.inject({ url: '/witness/key' })).body.trim()
  const settings = {
    ...world.config,
    witnesses: [{ key: readVerifierKey(witnessKey)!, url: witness.url }],
  }
  const now = Date.now()
  const keep = (hours: number) =>
    keepHead(world.db, { config: settings, mail: null }, new Date(now + hours * 3_600_000))
  const add = (n: number) =>
    recordEvidence(world.db, {
      kind: 'setting-changed',
      actor_id: null,
      subject: `x:${n}`,
      facts: {},
      at: new Date(),
    })
  const checkpoint = async () => (await visitor.get('/ledger/checkpoint')).body

  for (const hours of [0, 1]) {
    await add(hours)
    await keep(hours)
    expect(isCosigned(await checkpoint(), witnessKey)).toBe(true)
    expect(openCheckpoint(await checkpoint(), [vkey]).origin).toBe('127.0.0.1:3000/ledger')
  }
  const published = await checkpoint()
  const origin = createHash('sha256').update('127.0.0.1:3000/ledger').digest('hex')
  expect((await witness.app.inject({ url: `/witness/${origin}/checkpoint` })).body).toBe(published)

  // A head of a log that the witness doesn't know, without a signature, or with the wrong size before it.
  const answerTo = async (payload: string) => {
    const headers = { 'content-type': 'text/plain' }
    return (await witness.app.inject({ method: 'POST', url: '/witness/add-checkpoint', headers, payload }))
      .statusCode
  }
  expect(await answerTo('x')).toBe(400)
  expect(await answerTo(`old 0\n\n${published.replaceAll('127.0.0.1:3000', 'other.example')}`)).toBe(404)
  expect(await answerTo(`old 0\n\n${published.replace(/\n\d+\n/, '\n1\n')}`)).toBe(403)
  expect(await answerTo(`old 0\n\n${published}`)).toBe(409)

  // The whole history is rewritten, with every trace of it here: only the witness still knows.
  await world.db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    for (const table of ['ledger', 'ledger_heads', 'ledger_tiles', 'ledger_cosignatures'])
      await sql`delete from ${sql.table(table)}`.execute(trx)
  })
  for (let n = 0; n < 40; n++) await add(n)
  const forgetful = { ...settings, dataDir: `${world.config.dataDir}-new` }
  await expect(
    keepHead(world.db, { config: forgetful, mail: null }, new Date(now + 2 * 3_600_000)),
  ).rejects.toThrow('has cosigned a history that this ledger does not continue')
  expect((await visitor.get('/ledger/checkpoint')).statusCode).toBe(404)
  expect((await findLastCheck(world.db))?.finding).toContain('witness')
})
