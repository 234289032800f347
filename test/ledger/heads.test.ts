import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { openHead } from '#server/certificates/credentials/ledger-head.ts'
import { headsFolder, keepHead } from '#server/certificates/credentials/ledger-heads.actions.ts'
import { recordEvidence, writeEvidence } from '#server/ledger/actions.ts'
import { entryHash } from '#server/ledger/chain.ts'
import type { StoredEntry } from '#server/ledger/checking.ts'
import { recordCheck } from '#server/ledger/checks.ts'
import { type ReadTile, rootOfTiles } from '#server/ledger/tiles.ts'
import { accountMail } from '#server/notices/account-mail.actions.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { databaseUrl } from '#test/support/db.ts'
import { isIncluded } from './inclusion.ts'
import { checkProof, openCheckpoint } from './tlog-checker.ts'

const day = 86_400_000

async function aKeptLedger() {
  const world = await aWorld()
  const sent: unknown[] = []
  const config = { ...world.config, ledgerHeadMail: 'records@example.org' }
  const mail: AccountMail = async (_trx, message) => void sent.push(message)
  const now = new Date()
  const keep = (days = 0) => keepHead(world.db, { config, mail }, new Date(now.getTime() + days * day))
  const first = await keep()
  if (first.kind !== 'kept') throw new Error('No head was kept.')
  const add = (n: number) =>
    recordEvidence(world.db, {
      kind: 'setting-changed',
      actor_id: null,
      subject: `x:${n}`,
      facts: { n },
      at: now,
    })
  return { world, sent, keep, first, add, folder: headsFolder(config.dataDir) }
}

async function asSuperuser({ db }: World, statement: ReturnType<typeof sql>) {
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    await statement.execute(trx)
  })
}

describe('the head of the day', () => {
  test('is signed, stored as a file with the rows’ hashes, emailed, published and made only once', async () => {
    const { world, sent, keep, first, add, folder } = await aKeptLedger()
    const keys = JSON.parse((await world.visitor().get('/keys.json')).body)
    expect(await openHead(first.note, keys)).toMatchObject({
      kind: 'signed',
      head: { origin: '127.0.0.1:3000/ledger' },
    })
    expect((await world.visitor().get('/ledger/head')).body).toBe(first.note)
    expect(sent).toMatchObject([{ to: 'records@example.org', text: expect.stringContaining(first.note) }])
    expect(await keep()).toEqual({ kind: 'nothing-to-do' })
    await add(1)
    expect((await keep(1)).kind).toBe('kept')
    expect(readdirSync(folder)).toHaveLength(3)
    const { rows } = await sql<{
      all: string
    }>`select string_agg(hash || chr(10), '' order by seq) as all from ledger`.execute(world.db)
    expect(readFileSync(path.join(folder, 'hashes.txt'), 'utf8')).toBe(rows[0]!.all)
  })

  test('is signed again within the hour for the thousandth entry, and for none before', async () => {
    const { world, keep } = await aKeptLedger()
    const addUpTo = async (size: number) => {
      const { n } = await world.db
        .selectFrom('ledger')
        .select(({ fn }) => fn.countAll<string>().as('n'))
        .executeTakeFirstOrThrow()
      await writeEvidence(world.db, async (trx) => {
        for (let seq = Number(n) + 1; seq <= size; seq++)
          trx.record({
            kind: 'setting-changed',
            actor_id: null,
            subject: `x:${seq}`,
            facts: {},
            at: new Date(),
          })
      })
    }
    await addUpTo(999)
    expect(await keep()).toEqual({ kind: 'nothing-to-do' })
    await addUpTo(1000)
    expect((await keep()).kind).toBe('kept')
  })

  test('is signed within the hour after a clock that was ahead is right again', async () => {
    const { world, keep, add } = await aKeptLedger()
    await recordCheck(world.db, 1, null, new Date(Date.now() + 366 * day))
    await add(1)
    expect((await keep()).kind).toBe('kept')
    await add(1)
    expect(await keep()).toEqual({ kind: 'nothing-to-do' })
  })

  test('waits in the queue for the mail server, once a day for all servers together', async () => {
    const { db, config } = await aWorld()
    const mail = accountMail(async () => Buffer.alloc(32))
    const keepOn = (server: string, hours: number) =>
      keepHead(
        db,
        {
          config: {
            ...config,
            dataDir: path.join(config.dataDir, server),
            ledgerHeadMail: 'records@example.org',
          },
          mail,
        },
        new Date(Date.parse('2026-11-30T12:00:00Z') + hours * 3_600_000),
      )
    for (const [server, hours] of [
      ['one', 0],
      ['two', 1],
      ['one', 24],
    ] as const)
      expect((await keepOn(server, hours)).kind).toBe('kept')
    const rows = await db.selectFrom('direct_emails').select(['subject', 'state']).orderBy('id').execute()
    expect(rows).toEqual([
      { subject: 'Ledger head of 2026-11-30', state: 'queued' },
      { subject: 'Ledger head of 2026-12-01', state: 'queued' },
    ])
  })

  test('is refused with a changed character or another key', async () => {
    const { world, first } = await aKeptLedger()
    const keys = JSON.parse((await world.visitor().get('/keys.json')).body)
    const believed: number[] = []
    for (let at = 0; at < first.note.length - 1; at++) {
      const other = first.note[at] === 'A' ? 'B' : 'A'
      const { kind } = await openHead(first.note.slice(0, at) + other + first.note.slice(at + 1), keys)
      if (kind === 'signed') believed.push(at)
    }
    expect(believed).toEqual([])
    // The last letter before a padding has bits that no byte takes: another spelling of it is another note.
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    for (const end of first.note.matchAll(/.=(?=\n)/g))
      for (const letter of letters.replace(first.note[end.index]!, '')) {
        const spelled = first.note.slice(0, end.index) + letter + first.note.slice(end.index + 1)
        expect((await openHead(spelled, keys)).kind).toBe('refused')
      }
    expect((await openHead(first.note, { keys: [] })).kind).toBe('refused')
  })

  test('is not signed if the ledger was altered, and the row is named', async () => {
    const { world, keep } = await aKeptLedger()
    await asSuperuser(world, sql`update ledger set facts = '{}' where seq = 2`)
    await expect(keep(1)).rejects.toThrow('altered at row 2')
    await asSuperuser(world, sql`delete from ledger`)
    // Also where the head's own row was taken away with it: what is kept outside remembers.
    await asSuperuser(world, sql`delete from ledger_heads`)
    await recordEvidence(world.db, {
      kind: 'setting-changed',
      actor_id: null,
      subject: 'x',
      facts: {},
      at: new Date(),
    })
    await expect(keep(2)).rejects.toThrow('altered at row 1')
  })
})

describe('the proof linked from a certificate’s page', () => {
  test('proves that the signed head covers its row', async () => {
    const { world } = await aKeptLedger()
    const { token } = await world.db
      .selectFrom('certificates')
      .select('token')
      .orderBy('number')
      .executeTakeFirstOrThrow()
    const page = (await world.visitor().get(`/verify/${token}`)).body
    expect(page).toContain('covered by the ledger head signed on')
    const proof = JSON.parse((await world.visitor().get(`/verify/${token}/proof.json`)).body)
    expect(isIncluded(proof.row_hash, proof.row - 1, proof.size, proof.path, proof.root)).toBe(true)
    expect(proof.head).toContain(Buffer.from(proof.root, 'hex').toString('base64'))
    expect(page).toContain(`Entry ${proof.row}`)
    await world.db.updateTable('people').set({ is_confidential: true }).execute()
    for (const code of [token, 'a'.repeat(26)])
      expect((await world.visitor().get(`/verify/${code}/proof.json`)).statusCode).toBe(404)
  })
})

describe('the ledger as a transparency log', () => {
  test('gives the holder a proof file that a checker of C2SP’s formats accepts offline', async () => {
    const { world, add, keep } = await aKeptLedger()
    for (let n = 0; n < 3; n++) await add(n)
    await keep(1)
    const person = await personId(world.db, 'mai@northstar.example')
    const { number } = await world.db
      .selectFrom('certificates')
      .select('number')
      .where('person_id', '=', person)
      .executeTakeFirstOrThrow()
    const mai = await world.as('mai@northstar.example')
    const file = await mai.get(`/certificates/${number}.tlog-proof`)
    expect(file.headers['content-disposition']).toContain(`certificate-${number}.tlog-proof`)
    const vkeys = (await world.visitor().get('/ledger/keys')).body.trim().split('\n')
    const leafOf = (extra: unknown) => {
      const row = extra as StoredEntry
      return Buffer.from(entryHash({ ...row, at: new Date(row.at) }, row.previous_hash), 'hex')
    }
    const proof = checkProof(file.body, leafOf, vkeys)
    expect(proof).toMatchObject({
      origin: '127.0.0.1:3000/ledger',
      extra: { kind: 'certificate-issued', subject: `certificate:${number}` },
    })
    expect(proof.index).toBe((proof.extra as StoredEntry).seq - 1)
    expect(file.body).not.toContain('Mai')
    const forged = (extra: unknown) => leafOf({ ...(extra as object), subject: 'certificate:SH-999999' })
    expect(() => checkProof(file.body, forged, vkeys)).toThrow('does not lead to the root')
    const lee = await world.as('lee@licensing.example')
    expect((await lee.get(`/certificates/${number}.tlog-proof`)).statusCode).toBe(404)
    if (process.env.TLOG_OUT) writeFileSync(process.env.TLOG_OUT, JSON.stringify({ proof: file.body, vkeys }))
  })

  test('serves its tree as tiles that never change, from which anyone gets the signed root', async () => {
    const { world, keep } = await aKeptLedger()
    const at = new Date()
    await writeEvidence(world.db, async (trx) => {
      for (let n = 0; n < 600; n++)
        trx.record({ kind: 'setting-changed', actor_id: null, subject: `x:${n}`, facts: { n }, at })
    })
    await keep(1)
    const visitor = world.visitor()
    const note = (await visitor.get('/ledger/checkpoint')).body
    const { size, root } = openCheckpoint(note, (await visitor.get('/ledger/keys')).body.trim().split('\n'))
    const bytes = async (path: string) => {
      const { statusCode, headers, rawPayload } = await visitor.get(`/ledger/tile/${path}`)
      if (statusCode === 200) expect(headers['cache-control']).toContain('immutable')
      return statusCode === 200 ? rawPayload : statusCode
    }
    const last = Math.floor(size / 256)
    const read: ReadTile = async ({ level, number, width }) =>
      (await bytes(`${level}/00${number}${width === 256 ? '' : `.p/${width}`}`)) as Buffer
    expect(await rootOfTiles(size, read)).toEqual(root)
    const leaves = (await bytes('0/000')) as Buffer
    const entries = (await bytes('entries/000')) as Buffer
    expect(entries.length).toBe(256 * 34)
    const first = createHash('sha256').update(Buffer.of(0)).update(entries.subarray(2, 34)).digest()
    expect(leaves.subarray(0, 32)).toEqual(first)
    for (const absent of [
      `0/00${last}`,
      `0/00${last}.p/${(size % 256) + 1}`,
      '1/000',
      '2/000.p/1',
      '0/0',
      '0/x000/001',
    ])
      expect(await bytes(absent), absent).toBe(404)
    expect(await bytes(`1/000.p/${last}`)).toHaveLength(32 * last)

    await asSuperuser(
      world,
      sql`update ledger_tiles set hashes = decode(repeat('00', 8192), 'hex') where number = 1`,
    )
    await expect(keep(2)).rejects.toThrow('altered at row 257')
  })
})

describe('the command that checks the ledger', () => {
  test('finds the row with an outside head, and says what it cannot detect without one', async () => {
    const { world, add, keep } = await aKeptLedger()
    // The last row is of no certificate: the register would tell of one that is gone.
    await add(1)
    const kept = await keep(1)
    if (kept.kind !== 'kept') throw new Error('No head was kept.')
    const env = {
      PATH: process.env.PATH,
      DATABASE_URL: await databaseUrl(),
      DATA_DIR: world.config.dataDir,
    }
    expect(await check(env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('with a head stored outside the database'),
    })
    expect(await check(env, '--head', kept.file)).toMatchObject({
      code: 0,
      out: expect.stringContaining('none altered; the head of'),
    })
    const { seq } = await world.db
      .selectFrom('ledger')
      .select('seq')
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow()
    await asSuperuser(world, sql`delete from ledger where seq = ${seq}`)
    expect((await check(env)).code).toBe(0)
    expect(await check(env, '--head', kept.file)).toMatchObject({
      code: 1,
      out: expect.stringContaining(`Row ${seq}: `),
    })
    const forged = `${kept.file}.forged`
    writeFileSync(forged, kept.note.replace(/\n\d+\n/, `\n${seq - 1}\n`))
    expect(await check(env, '--head', forged)).toMatchObject({ code: 2 })
    expect(await check(env, '--head', '/nowhere')).toMatchObject({ code: 2 })
  }, 120_000)
})

const command = path.join(import.meta.dirname, '../../server/cli/ledger-check.ts')

function check(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
  return new Promise<{ code: number; out: string }>((resolve) => {
    execFile(
      process.execPath,
      [command, ...args],
      { env, cwd: path.dirname(command) },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    )
  })
}
