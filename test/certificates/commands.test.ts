import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readKeyFile } from '#server/certificates/credentials/key-file.ts'
import { issuerDid, type PublishedKeys } from '#server/certificates/credentials/keys.ts'
import { aWorld } from '#test/support/app.ts'
import { databaseUrl } from '#test/support/db.ts'
import { did, issue, keys } from './issued.ts'

const root = path.join(import.meta.dirname, '../..')
const folder = await mkdtemp(path.join(tmpdir(), 'commands-'))
const file = (name: string) => path.join(folder, name)

beforeAll(async () => {
  const { pdf, credential } = await issue()
  const altered = pdf.slice()
  altered[2000]! ^= 1
  await writeFile(file('ada.pdf'), pdf)
  await writeFile(file('ada.json'), JSON.stringify(credential))
  await writeFile(file('altered.pdf'), altered)
  await writeFile(file('note.txt'), 'Ada passed, honestly.')
  await writeFile(file('keys.json'), JSON.stringify(keys))
})
afterAll(() => rm(folder, { recursive: true }))

describe('the command that verifies certificates', () => {
  test('prints the facts of a genuine PDF and credential and exits with 0', async () => {
    const { code, lines } = await verify('ada.pdf', 'ada.json')
    expect(code).toBe(0)
    for (const [index, name] of ['ada.pdf', 'ada.json'].entries())
      expect(JSON.parse(lines[index]!)).toMatchObject({
        file: file(name),
        verdict: 'genuine',
        certificate_number: 'SH-000123',
        person_name: 'Ada Northwind',
        completed_on: '2027-03-31',
        hours: 3.7,
      })
  })

  test('prints a verdict per file and exits with 1 if one is not genuine', async () => {
    const { code, lines } = await verify('ada.pdf', 'altered.pdf', 'note.txt', 'missing.pdf')
    expect(code).toBe(1)
    expect(lines.map((line) => JSON.parse(line).verdict)).toEqual([
      'genuine',
      'altered',
      'not_a_certificate',
      'not_a_certificate',
    ])
    expect(lines[1]).not.toContain('Ada')
  })

  test('accepts a folder, prints one line per file and skips a key file in it', async () => {
    await mkdir(file('many/deep'), { recursive: true })
    const pdf = await readFile(file('ada.pdf'))
    for (let n = 0; n < 30; n++) await writeFile(file(`many/${n < 15 ? 'deep/' : ''}c${n}.pdf`), pdf)
    await writeFile(file('many/keys.json'), JSON.stringify(keys))
    await writeFile(file('many/readme.txt'), 'Not a certificate')
    const { code, lines } = await run('verify', file('many'), '--keys', file('many/keys.json'))
    expect({ code, count: lines.length }).toEqual({ code: 0, count: 30 })
    expect(new Set(lines.map((line) => JSON.parse(line).verdict))).toEqual(new Set(['genuine']))
    expect(new Set(lines.map((line) => JSON.parse(line).file)).size).toBe(30)
  })

  test('reports empty, unreadable and missing files as not a certificate', async () => {
    await writeFile(file('empty.pdf'), '')
    await writeFile(file('locked.pdf'), '%PDF-1.7\ntrailer\n<< /Encrypt 1 0 R >>\n%%EOF\n')
    await mkdir(file('nothing'), { recursive: true })
    const { code, lines } = await verify('empty.pdf', 'locked.pdf', 'nothing', 'absent.pdf')
    expect(code).toBe(1)
    expect(lines.map((line) => JSON.parse(line).verdict)).toEqual(Array(4).fill('not_a_certificate'))
    expect(lines[1]).toContain('encrypted')
  })

  test('adds the record’s status with --database and exits with 1 if the certificate no longer counts', async () => {
    const { db, as, config } = await aWorld()
    const { id, number } = await db
      .selectFrom('certificates')
      .innerJoin('people', 'people.id', 'certificates.person_id')
      .select(['certificates.id', 'number'])
      .where('email', '=', 'mai@northstar.example')
      .executeTakeFirstOrThrow()
    await writeFile(
      file('mai.pdf'),
      (await (await as('mai@northstar.example')).get(`/certificates/${number}.pdf`)).rawPayload,
    )
    const at = { DATABASE_URL: await databaseUrl(), DATA_DIR: config.dataDir }
    const valid = await runIn(at, 'verify', file('mai.pdf'), '--database')
    expect(valid.code).toBe(0)
    expect(JSON.parse(valid.lines[0]!)).toMatchObject({ verdict: 'genuine', record: { status: 'valid' } })
    await db
      .insertInto('certificate_status_changes')
      .values({ certificate_id: id, act: 'revoked', reason: 'A mistake' })
      .execute()
    const revoked = await runIn(at, 'verify', file('mai.pdf'), '--database')
    expect(revoked.code).toBe(1)
    expect(JSON.parse(revoked.lines[0]!)).toMatchObject({ verdict: 'genuine', record: { status: 'revoked' } })
  }, 120_000)

  test('does not accept a certificate with another issuer’s keys', async () => {
    await writeFile(file('others.json'), JSON.stringify({ keys: [] }))
    const { code, lines } = await run('verify', file('ada.pdf'), '--keys', file('others.json'))
    expect(code).toBe(1)
    expect(JSON.parse(lines[0]!)).toMatchObject({ verdict: 'unknown_key', claimed_number: 'SH-000123' })
  })

  test.each([
    ['no file', []],
    ['keys that are not there', ['x.pdf', '--keys', '/nowhere/keys.json']],
    ['an option that it does not have', ['x.pdf', '--all']],
  ])('prints its usage when given %s', async (_what, args) => {
    const { code, lines, errors } = await run('verify', ...args)
    expect({ code, lines }).toEqual({ code: 2, lines: [] })
    expect(errors).toContain('Usage:')
  })
})

describe('the command for keys', () => {
  const at = ['--keys-file', file('secret.json'), '--base-url', 'https://training.example.org']

  test('creates, rotates, marks and publishes keys', async () => {
    expect((await run('keys', 'rotate', ...at)).code).toBe(0)
    const [first, second] = (await readKeyFile(file('secret.json'))).keys
    expect(first!.valid_to).toBe(second!.valid_from)

    const marked = await run('keys', 'compromised', second!.id, '--on', second!.valid_from, ...at)
    expect(marked.code).toBe(0)
    const published = JSON.parse((await run('keys', 'publish', ...at)).lines.join('')) as PublishedKeys
    expect(published.keys.map(({ compromised_on }) => compromised_on)).toEqual([
      null,
      second!.valid_from,
      null,
    ])
    expect(published.keys.every((key) => !('secret_key_multibase' in key))).toBe(true)

    const document = JSON.parse((await run('keys', 'publish', '--did', ...at)).lines.join(''))
    expect(document.id).toBe(issuerDid('https://training.example.org'))
    expect(document.assertionMethod).toHaveLength(2)
    expect((await run('keys', 'list', ...at)).lines.join('\n')).toContain('signing now')
  })

  test('never prints a secret', async () => {
    const secrets = (await readFile(file('secret.json'), 'utf8')).match(/z\w{80,}/g) ?? []
    expect(secrets.length).toBeGreaterThan(0)
    for (const command of [['list'], ['publish'], ['publish', '--did'], ['rotate']]) {
      const { lines } = await run('keys', ...command, ...at)
      for (const secret of secrets) expect(lines.join('\n')).not.toContain(secret)
    }
  })

  test.each([[['burn']], [['compromised', 'z6Mk', '--on', '2027-01-01']], [['compromised', did]]])(
    'refuses %j in words',
    async (args) => {
      const { code, errors } = await run('keys', ...args, ...at)
      expect(code).toBe(2)
      expect(errors).not.toContain('    at ')
      expect(errors.length).toBeGreaterThan(10)
    },
  )
})

const verify = (...names: string[]) => run('verify', ...names.map(file), '--keys', file('keys.json'))

/** Runs a command without a database or a network. */
function run(command: string, ...args: readonly string[]) {
  return runIn({ DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' }, command, ...args)
}

function runIn(settings: Record<string, string>, command: string, ...args: readonly string[]) {
  const env = { PATH: process.env.PATH, HTTPS_PROXY: 'http://127.0.0.1:1', ...settings }
  return new Promise<{ code: number; lines: readonly string[]; errors: string }>((resolve) => {
    execFile(
      process.execPath,
      [path.join(root, 'server/cli', `${command}.ts`), ...args],
      { cwd: folder, env },
      (error, stdout, stderr) =>
        resolve({
          code: error ? Number(error.code) : 0,
          lines: stdout.split('\n').filter((line) => line !== ''),
          errors: stderr,
        }),
    )
  })
}
