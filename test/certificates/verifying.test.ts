import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { evenMilliseconds } from '#server/certificates/certificates/constant-time.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

async function maisCertificate() {
  const world = await aWorld()
  const id = await personId(world.db, 'mai@northstar.example')
  const row = await world.db
    .selectFrom('certificates')
    .selectAll()
    .where('person_id', '=', id)
    .executeTakeFirstOrThrow()
  return { ...world, certificate: row, address: `/verify/${row.token}` }
}

describe('the page behind the QR code', () => {
  test('shows a valid certificate with its facts and only the first letters of the name', async () => {
    const { visitor, address, certificate } = await maisCertificate()
    const page = await visitor().get(address)
    expect(page.body).toContain('This certificate is valid.')
    expect(page.body).toContain(certificate.number)
    expect(page.body).toContain('M•• V•••')
    for (const hidden of ['Mai Vang', 'North Star', 'mai@', '9900001', certificate.person_id])
      expect(page.body).not.toContain(hidden)
    expect(page.headers['x-robots-tag']).toContain('noindex')
    expect(page.headers['referrer-policy']).toBe('no-referrer')
  })

  test('shows the name once it is typed as printed, regardless of spaces and capitals', async () => {
    const { visitor, address } = await maisCertificate()
    expect((await visitor().post(address, { name: ' mai  VANG ' })).body).toContain('Mai Vang')
    const wrong = await visitor().post(address, { name: 'Mai Yang' })
    expect(wrong.body).toContain('The name does not match')
    expect(wrong.body).not.toContain('Mai Vang')
  })

  test('allows five failed attempts for each certificate and address, and others can still verify it', async () => {
    const { db, visitor, address, certificate } = await maisCertificate()
    const guesser = visitor('203.0.113.50')
    for (let n = 0; n < 5; n++) await guesser.post(address, { name: `Someone ${n}` })
    const slowed = await guesser.post(address, { name: 'Mai Vang' })
    expect(slowed.statusCode).toBe(429)
    expect(slowed.body).not.toContain('>Mai Vang<')
    expect((await visitor('203.0.113.51').post(address, { name: 'Mai Vang' })).body).toContain('Mai Vang')
    // What is counted names neither the code nor the address.
    const kept = JSON.stringify(await db.selectFrom('sign_in_attempts').selectAll().execute())
    for (const secret of [certificate.token, '203.0.113.50']) expect(kept).not.toContain(secret)
  })

  test('slows someone who types names for one code after the other', async () => {
    const { visitor } = await maisCertificate()
    const guesser = visitor('203.0.113.60')
    const statuses: number[] = []
    for (let n = 0; n < 61; n++) {
      const code = `${'abcdefghij'[n % 10]}${'abcdefghij'[Math.floor(n / 10)]}`.padEnd(26, 'a')
      statuses.push((await guesser.post(`/verify/${code}`, { name: 'Mai' })).statusCode)
    }
    expect([statuses.filter((one) => one === 429).length, statuses.at(-1)]).toEqual([1, 429])
  })

  test.each(['revoked', 'superseded'] as const)('says when a certificate is %s', async (act) => {
    const { db, visitor, address, certificate } = await maisCertificate()
    await db
      .insertInto('certificate_status_changes')
      .values({ certificate_id: certificate.id, act, reason: 'A mistake in the name' })
      .execute()
    const { body } = await visitor().get(address)
    expect(body).toContain(act === 'revoked' ? 'has been revoked' : 'has been replaced')
    expect(body).not.toContain('This certificate is valid.')
    expect(body).not.toContain('A mistake in the name')
  })

  test('looks the same for unknown, malformed and withheld codes, even after a wrong name', async () => {
    const { db, visitor, address, certificate } = await maisCertificate()
    await db
      .updateTable('people')
      .set({ is_confidential: true })
      .where('id', '=', certificate.person_id)
      .execute()
    const addresses = [
      address,
      `/verify/${'a'.repeat(26)}`,
      '/verify/x',
      `/verify/${'%20'.repeat(30)}`,
      "/verify/'--",
    ]
    // The Support link contains the page's address, which the visitor typed.
    const plain = (body: string) => body.replaceAll(/back=[^"]*/g, 'back=')
    const pages = await Promise.all(addresses.map(async (url) => plain((await visitor().get(url)).body)))
    expect(new Set(pages).size).toBe(1)
    const tried = await Promise.all(
      addresses.map(async (url) => plain((await visitor().post(url, { name: 'Mai Yang' })).body)),
    )
    expect(new Set(tried).size).toBe(1)
    const named = await visitor().post(address, { name: 'Mai Vang' })
    expect(named.body).toContain('This certificate is valid.')
    expect(named.body).not.toContain(certificate.number)
  })

  test('takes the same time for unknown, malformed and withheld codes, on the page and in the API', async () => {
    const { db, app, certificate } = await maisCertificate()
    await db.updateTable('people').set({ is_confidential: true }).execute()
    const codes = { withheld: certificate.token, unknown: 'a'.repeat(26), malformed: 'x-y' }
    for (const at of ['/verify/', '/api/certificates/']) {
      const times: Record<string, number[]> = { withheld: [], unknown: [], malformed: [] }
      let visitor = 0
      const ask = async ([kind, code]: readonly [string, string]) => {
        // Each from a different IP address, because of the rate limit.
        const remoteAddress = `10.0.${visitor >> 8}.${visitor++ & 255}`
        const started = performance.now()
        await app.inject({ url: at + code, remoteAddress })
        times[kind]!.push(performance.now() - started)
      }
      for (let round = 0; round < 30; round++) {
        const asked = Array.from({ length: 10 }, () => Object.entries(codes)).flat()
        await Promise.all(asked.sort(() => Math.random() - 0.5).map(ask))
      }
      for (const taken of Object.values(times))
        expect(Math.min(...taken)).toBeGreaterThan(evenMilliseconds - 5)
      // The probability that one takes longer than the other. With 300 pairs, equal times stay within this range.
      for (const other of ['unknown', 'malformed'])
        expect(Math.abs(chanceOf(times.withheld!, times[other]!) - 0.5)).toBeLessThan(0.09)
    }
  }, 60_000)

  test('accepts codes as people type them and addresses as people copy them', async () => {
    const { visitor, certificate } = await maisCertificate()
    const typed = certificate.token.toUpperCase().replace(/(.{5})/g, '$1 ')
    for (const code of [typed, `https://training.example/verify/${certificate.token}`])
      expect((await visitor().get(`/verify?code=${encodeURIComponent(code)}`)).headers.location).toBe(
        `/verify/${certificate.token}`,
      )
  })
})

describe('the certificate file', () => {
  test('is drawn once, stored with its hash and served unchanged, even to many requests at once', async () => {
    const { as, db, certificate } = await maisCertificate()
    const mai = await as('mai@northstar.example')
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => mai.get(`/certificates/${certificate.number}.pdf`)),
    )
    expect(new Set(answers.map(({ rawPayload }) => rawPayload.toString('base64'))).size).toBe(1)
    expect(answers[0]!.headers['content-disposition']).toBe(
      `attachment; filename="certificate-${certificate.number}.pdf"`,
    )
    const { rows } = await sql<{
      same: boolean
    }>`select encode(sha256(pdf), 'hex') = sha256 as same from certificate_files`.execute(db)
    expect(rows).toEqual([{ same: true }])
  })

  test('belongs to its holder: no one else finds it', async () => {
    const { as, visitor, certificate } = await maisCertificate()
    const url = `/certificates/${certificate.number}.pdf`
    const foreign = await (await as('ivy@lakeside.example')).get(url)
    const absent = await (await as('ivy@lakeside.example')).get('/certificates/SH-999999.pdf')
    expect(foreign.statusCode).toBe(404)
    const plain = (body: string) => body.replaceAll(/back=[^"]*/g, 'back=')
    expect(plain(foreign.body)).toBe(plain(absent.body))
    expect((await visitor().get(url)).statusCode).toBe(303)
  })

  test('and its facts cannot be changed or deleted, not even by a mistaken SQL statement', async () => {
    const { db, certificate } = await maisCertificate()
    await placeEntries(db)
    for (const statement of [
      sql`update certificates set facts = '{}' where id = ${certificate.id}`,
      sql`delete from certificates where id = ${certificate.id}`,
      sql`update completions set completed_on = '2020-01-01'`,
      sql`delete from completions`,
      sql`update ledger set facts = '{}'`,
      sql`delete from ledger`,
      sql`truncate ledger`,
    ])
      await expect(statement.execute(db)).rejects.toThrow(/append-only/)
  })
})

/** How often a value of the first is greater than one of the second. */
function chanceOf(these: readonly number[], those: readonly number[]): number {
  const greater = these.flatMap((one) => those.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)))
  return greater.reduce((sum: number, part) => sum + part, 0) / greater.length
}
