import { existsSync, statSync } from 'node:fs'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import {
  type Certified,
  certificateFile,
  issueCertificate,
} from '#server/certificates/certificates/issuing.actions.ts'
import {
  findCertificateFile,
  findCertificateOf,
  findCertificateOfCompletion,
  listRefused,
} from '#server/certificates/certificates/queries.ts'
import { readKeyFile } from '#server/certificates/credentials/key-file.ts'
import { publishedKeys } from '#server/certificates/credentials/keys.ts'
import { verifyCertificateFile } from '#server/certificates/credentials/verification.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { handlersOf, workOff } from '#test/support/jobs.ts'
import { completionsOf } from './completions.ts'
import { sample } from './sample.ts'

const { certificate_number: _n, token: _t, verify_url: _u, issuer_name: _i, ...printed } = sample
const certified: Certified = printed

async function maisCertificate(world: World) {
  const person = await personId(world.db, 'mai@northstar.example')
  const { number } = await world.db
    .selectFrom('certificates')
    .select('number')
    .where('person_id', '=', person)
    .executeTakeFirstOrThrow()
  return (await findCertificateOf(world.db, person, number))!
}

describe('issuing', () => {
  test('2,000 parallel issues of 100 completions give 100 certificates, without gaps in numbers or shared status entries', async () => {
    const world = await aWorld({ cast: false })
    const { db, config } = world
    const { id } = await db
      .insertInto('people')
      .values({ name: 'Ada Northwind', email: 'ada@example.org' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const completions = await completionsOf(world, id, 100)
    const results = await Promise.all(
      Array.from({ length: 2000 }, (_, n) =>
        writeEvidence(db, (trx) =>
          issueCertificate(trx, completions[n % 100]!, certified, config, new Date()),
        ),
      ),
    )
    expect(results.every(({ kind }) => kind === 'issued')).toBe(true)
    const { rows } = await sql<{
      made: number
      numbers: string
      least: string
      most: string
      places: number
      entries: number
    }>`
      select count(*) as made, count(distinct number) as numbers, min(number) as least, max(number) as most,
        (select count(distinct revocation_index) from certificate_proofs) as places,
        (select count(*) from ledger_entries where kind = 'certificate-issued') as entries
      from certificates`.execute(db)
    expect(rows).toEqual([
      { made: 100, numbers: 100, least: 'SH-000001', most: 'SH-000100', places: 100, entries: 100 },
    ])
  }, 180_000)

  test('the job that draws a certificate is enqueued with it, or with a rollback not at all, and needs no schedule', async () => {
    const world = await aWorld()
    const { db, config } = world
    await sql`delete from pgboss.job`.execute(db)
    const [completion] = await completionsOf(world, await personId(db, 'ada@northstar.example'), 1)
    const issue = (before?: string) =>
      writeEvidence(db, async (trx) => {
        await issueCertificate(trx, completion!, certified, config, world.clock.now)
        if (before) throw new Error(before)
      })
    const jobs = async () => {
      const { rows } = await sql<{ id: string }>`
        select data ->> 'certificate' as id from pgboss.job where name = 'draw-certificate'`.execute(db)
      return rows.map(({ id }) => id)
    }
    await expect(issue('rolled back')).rejects.toThrow('rolled back')
    expect(await jobs()).toEqual([])
    for (let times = 0; times < 2; times++) await issue()
    const { id } = (await findCertificateOfCompletion(db, completion!.id))!
    expect(await jobs()).toEqual([id])
    await workOff(world, 'draw-certificate')
    const drawn = await findCertificateFile(db, id)
    // As when a worker was killed after drawing.
    await (await handlersOf(world))['draw-certificate']({ certificate: id })
    expect(drawn?.pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(await findCertificateFile(db, id)).toEqual(drawn)
  })

  test('a name that cannot be printed delays the certificate until it is fixed and uses no number', async () => {
    const world = await aWorld()
    const { db, config } = world
    const person = await personId(db, 'ada@northstar.example')
    const [completion] = await completionsOf(world, person, 1)
    const before = await db.selectFrom('certificate_counter').selectAll().executeTakeFirstOrThrow()
    const result = await writeEvidence(db, (trx) =>
      issueCertificate(trx, completion!, { ...certified, person_name: 'Ada 𓂀' }, config, new Date()),
    )
    expect(result).toMatchObject({
      kind: 'name-refused',
      reason: expect.stringContaining("can't be printed"),
    })
    expect(await db.selectFrom('certificate_counter').selectAll().executeTakeFirstOrThrow()).toEqual(before)
    expect(await listRefused(db)).toMatchObject([
      { completion_id: completion!.id, person_name: 'Ada Lindqvist' },
    ])
    await sql`delete from pgboss.job`.execute(db)
    const ada = await world.as('ada@northstar.example')
    expect((await ada.post('/account/name', { name: 'Ada Lind', pronunciation: '' })).statusCode).toBe(303)
    // The change asks for what waited for a name.
    await workOff(world, 'draw-certificates')
    expect(await listRefused(db)).toEqual([])
    const issued = await db
      .selectFrom('certificates')
      .select(sql<string>`facts->>'person_name'`.as('name'))
      .where('completion_id', '=', completion!.id)
      .execute()
    expect(issued).toEqual([{ name: 'Ada Lind' }])
  })

  test('a page that is too full is refused before its facts are frozen', async () => {
    const world = await aWorld()
    const [completion] = await completionsOf(world, await personId(world.db, 'ada@northstar.example'), 1)
    const modules = Array.from({ length: 80 }, (_, n) => ({
      number: n + 1,
      title: 'Module',
      completed_on: '2027-03-31',
    }))
    const result = await writeEvidence(world.db, (trx) =>
      issueCertificate(trx, completion!, { ...certified, modules }, world.config, new Date()),
    )
    expect(result.kind).toBe('name-refused')
  })
})

describe('the credential', () => {
  test('is made with the PDF, stored as sealed, and both verify with the published keys', async () => {
    const world = await aWorld()
    const { number } = await maisCertificate(world)
    expect(existsSync(world.config.keysFile)).toBe(false)
    const mai = await world.as('mai@northstar.example')
    const pdf = (await mai.get(`/certificates/${number}.pdf`)).rawPayload
    const json = (await mai.get(`/certificates/${number}.json`)).rawPayload
    expect(statSync(world.config.keysFile).mode & 0o777).toBe(0o600)
    const keys = JSON.parse((await world.visitor().get('/keys.json')).body)
    expect(keys).toEqual(publishedKeys(await readKeyFile(world.config.keysFile)))
    for (const bytes of [pdf, json]) {
      const { verdict, facts } = await verifyCertificateFile(bytes, keys)
      expect({ verdict, number: facts?.certificate_number, name: facts?.person_name }).toEqual({
        verdict: 'genuine',
        number,
        name: 'Mai Vang',
      })
    }
    expect(pdf.includes(json)).toBe(true)
    expect(json.toString()).not.toContain('North Star')
  })

  test('belongs to its holder: no one else finds it', async () => {
    const world = await aWorld()
    const { number } = await maisCertificate(world)
    expect(
      (await (await world.as('ivy@lakeside.example')).get(`/certificates/${number}.json`)).statusCode,
    ).toBe(404)
    expect((await world.visitor().get(`/certificates/${number}.json`)).statusCode).toBe(303)
    const ivy = await world.as('ivy@lakeside.example')
    expect((await ivy.get(`/certificates/${number}/sharing`)).statusCode).toBe(404)
  })

  test('is shared by its holder with the link that verifies it, by email, or as a badge', async () => {
    const world = await aWorld()
    const { number, token } = await maisCertificate(world)
    const { body } = await (await world.as('mai@northstar.example')).get(`/certificates/${number}/sharing`)
    const link = `${world.config.baseUrl}/verify/${token}`
    expect(body).toContain(`<a href="${link}">`)
    expect(body).toContain(encodeURIComponent(link))
    expect(body).toContain(`href="/certificates/${number}.json" download`)
    expect((await world.visitor().get(`/verify/${token}`)).body).toContain('This certificate is valid.')
  })

  test('is made once, even if two servers make it at the same time', async () => {
    const world = await aWorld()
    const certificate = await maisCertificate(world)
    const made = await Promise.all(
      Array.from({ length: 4 }, () =>
        certificateFile(world.db, certificate, world.config.keysFile, new Date()),
      ),
    )
    expect(new Set(made.map(({ sha256 }) => sha256)).size).toBe(1)
    expect(new Set(made.map(({ credential }) => credential)).size).toBe(1)
  })
})

describe('the published documents', () => {
  test('list the issuer, its keys and its status lists, for anyone from any site', async () => {
    const { visitor, config } = await aWorld()
    const did = JSON.parse((await visitor().get('/.well-known/did.json')).body)
    expect(did.id).toBe('did:web:127.0.0.1%3A3000')
    expect(did.assertionMethod).toEqual([did.verificationMethod[0].id])
    expect(JSON.parse((await visitor().get('/issuer.json')).body)).toMatchObject({
      id: did.id,
      name: config.issuerName,
    })
    for (const name of ['revocation', 'supersession']) {
      const answer = await visitor().get(`/status/${name}`)
      expect(answer.headers['access-control-allow-origin']).toBe('*')
      const list = JSON.parse(answer.body)
      expect(list).toMatchObject({ id: `http://127.0.0.1:3000/status/${name}`, issuer: did.id })
      // Signed once, then served unchanged.
      expect((await visitor().get(`/status/${name}`)).body).toBe(answer.body)
    }
    const typeOf = async (address: string, accept: string) =>
      (await visitor().get(address, { accept })).headers['content-type']?.split(';')[0]
    const types = ['application/json', 'application/ld+json', 'application/vc']
    for (const type of types) expect(await typeOf('/status/revocation', type)).toBe(type)
    expect(await typeOf('/status/revocation', '*/*')).toBe('application/vc')
    expect(await typeOf('/keys.json', 'text/html, application/json;q=0.5, application/ld+json;q=0.9')).toBe(
      'application/ld+json',
    )
    expect((await visitor().get('/status/revocation')).headers['cache-control']).toBe('public, max-age=300')
    for (const absent of [
      '/status/revocation/1',
      '/status/revocation/2',
      '/status/revocation/999999',
      '/status/x',
    ])
      expect((await visitor().get(absent)).statusCode).toBeGreaterThanOrEqual(400)
  })
})
