import { describe, expect, test } from 'vitest'
import { makeCertificate } from '#server/certificates/certificates/certificate-file.ts'
import { findCertificateOf, findProof } from '#server/certificates/certificates/queries.ts'
import { statusEntries } from '#server/certificates/credentials/status-places.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { issue, key, status } from './issued.ts'

async function maisFiles() {
  const world = await aWorld()
  const person = await personId(world.db, 'mai@northstar.example')
  const row = await world.db
    .selectFrom('certificates')
    .select(['id', 'number'])
    .where('person_id', '=', person)
    .executeTakeFirstOrThrow()
  const certificate = (await findCertificateOf(world.db, person, row.number))!
  const mai = await world.as('mai@northstar.example')
  const pdf = (await mai.get(`/certificates/${row.number}.pdf`)).rawPayload
  const json = (await mai.get(`/certificates/${row.number}.json`)).rawPayload
  return { world, person, certificate, pdf, json }
}

/** Uploads files with a form, as a visitor does. */
async function send({ app }: World, ...files: readonly (readonly [string, Uint8Array])[]) {
  const form = new FormData()
  for (const [name, bytes] of files) form.append('files', new Blob([bytes as Uint8Array<ArrayBuffer>]), name)
  const request = new Request('http://127.0.0.1:3000/verify', { method: 'POST', body: form })
  return app.inject({
    method: 'POST',
    url: '/verify',
    headers: { 'content-type': request.headers.get('content-type')!, 'sec-fetch-site': 'same-origin' },
    payload: Buffer.from(await request.arrayBuffer()),
  })
}

describe('files that a visitor verifies', () => {
  test('each get a verdict next to the record', async () => {
    const { world, pdf, json } = await maisFiles()
    const altered = Buffer.from(pdf)
    altered[1500]! ^= 1
    const answer = await send(
      world,
      ['mai.pdf', pdf],
      ['mai.json', json],
      ['altered.pdf', altered],
      ['renamed.json', Buffer.from(json.toString().replace('Mai Vang', 'Mae Vang'))],
      ['note.txt', Buffer.from('Mai passed, honestly.')],
      ['other.pdf', (await issue()).pdf],
    )
    expect(answer.statusCode).toBe(200)
    const sections = answer.body.split('<section class="group">').slice(1)
    expect(sections[0]).toContain('Genuine and unaltered')
    expect(sections[0]).toContain('Mai Vang')
    expect(sections[0]).not.toContain('Different')
    expect(sections[1]).toContain('Genuine and unaltered')
    for (const changed of [sections[2], sections[3]]) {
      expect(changed).toContain('Altered')
      // The real record is shown next to the altered file, without revealing the name.
      expect(changed).toContain('M•• V•••')
      expect(changed).not.toContain('Mae')
      expect(changed).not.toContain('Mai Vang')
    }
    expect(sections[4]).toContain('Not one of our certificates')
    expect(sections[5]).toContain('someone else’s key')
    expect(answer.body).toContain('2 of 6 files are genuine and valid')
  })

  test('are never looked up by a number that can be guessed', async () => {
    const { world, certificate, json } = await maisFiles()
    const guessed = json.toString().replaceAll(certificate.token, 'a'.repeat(26))
    expect(guessed).toContain(certificate.number)
    const answer = await send(world, ['guess.json', Buffer.from(guessed)])
    expect(answer.body).toContain('Altered')
    for (const hidden of ['M••', certificate.number, certificate.facts.course_title])
      expect(answer.body).not.toContain(hidden)
  })

  test.each([
    ['revoked', 'Revoked'],
    ['superseded', 'Genuine, but replaced'],
  ] as const)('show that a certificate was %s', async (act, words) => {
    const { world, certificate, pdf } = await maisFiles()
    await world.db
      .insertInto('certificate_status_changes')
      .values({ certificate_id: certificate.id, act, reason: 'A mistake' })
      .execute()
    const { body } = await send(world, ['mai.pdf', pdf])
    expect(body).toContain(words)
    expect(body).not.toContain('A mistake')
  })

  test('that we signed but have no record of are called unknown', async () => {
    const { world, certificate } = await maisFiles()
    const { openSigningKey } = await import('#server/certificates/credentials/key-file.ts')
    const own = await openSigningKey(world.config.keysFile, world.config.baseUrl, new Date())
    const token = 'b'.repeat(26)
    const facts = { ...certificate.facts, token, verify_url: `${world.config.baseUrl}/verify/${token}` }
    const lists = { revocation: status.revocation, supersession: null }
    const { pdf } = await makeCertificate(facts, { person_id: 'x', salt: 'y' }, lists, own, new Date())
    expect((await send(world, ['lost.pdf', pdf])).body).toContain('not in our record')
    expect(own.id).not.toBe(key.id)
  })

  test('that are a credential for a different page than the one on record are refused', async () => {
    const { world, person, certificate } = await maisFiles()
    const { openSigningKey } = await import('#server/certificates/credentials/key-file.ts')
    const own = await openSigningKey(world.config.keysFile, world.config.baseUrl, new Date())
    const proof = await findProof(world.db, certificate.id)
    const made = async (note: string) => {
      const { credential } = await makeCertificate(
        { ...certificate.facts, note },
        { person_id: person, salt: proof.salt },
        statusEntries(world.config.baseUrl, proof),
        own,
        new Date(),
      )
      return (await send(world, ['mai.json', Buffer.from(JSON.stringify(credential))])).body
    }
    expect(await made(certificate.facts.note)).toContain('Genuine and unaltered')
    expect(await made('A sentence that was never printed.')).toContain('made for a different page')
  })

  test('of a confidential person show only the verdict', async () => {
    const { world, person, certificate, pdf } = await maisFiles()
    await world.db.updateTable('people').set({ is_confidential: true }).where('id', '=', person).execute()
    const { body } = await send(world, ['m.pdf', pdf])
    expect(body).toContain('Genuine and unaltered')
    for (const hidden of ['Vang', certificate.number, certificate.token]) expect(body).not.toContain(hidden)
  })

  test('are accepted up to twenty at a time and up to a certificate’s size', async () => {
    const { world } = await maisFiles()
    const small = Buffer.from('{}')
    const many = Array.from({ length: 21 }, (_, n) => [`${n}.json`, small] as const)
    const tooMany = await send(world, ...many)
    expect({ status: tooMany.statusCode, says: tooMany.body.includes('no more than 20 files') }).toEqual({
      status: 422,
      says: true,
    })
    const large = await send(
      world,
      ['large.pdf', Buffer.alloc(2 * 1024 * 1024 + 1, 'x')],
      ['small.json', small],
    )
    expect(large.body).toContain('too large to be a certificate')
    expect((await send(world)).statusCode).toBe(422)
  })
})

describe('the verification API', () => {
  test('returns the record’s facts, and the name only to a caller who knows it', async () => {
    const { world, certificate } = await maisFiles()
    const url = `/api/certificates/${certificate.token}`
    const first = JSON.parse((await world.visitor().get(url)).body)
    expect(first).toMatchObject({
      verdict: 'valid',
      name_matches: null,
      certificate: {
        name: 'M•• V•••',
        number: certificate.number,
        completed_on: certificate.facts.completed_on,
      },
    })
    const named = JSON.parse((await world.visitor().get(`${url}?name=mai%20vang`)).body)
    expect(named).toMatchObject({ name_matches: true, certificate: { name: 'Mai Vang' } })
    for (let n = 0; n < 5; n++) await world.visitor().get(`${url}?name=Mai%20${n}`)
    expect((await world.visitor().get(`${url}?name=mai%20vang`)).statusCode).toBe(429)
  })

  test('gives the same response for unknown, malformed and withheld codes', async () => {
    const { world, person, certificate } = await maisFiles()
    await world.db.updateTable('people').set({ is_confidential: true }).where('id', '=', person).execute()
    const ask = async (token: string, name = '') => {
      const { statusCode, body } = await world.visitor().get(`/api/certificates/${token}${name}`)
      return `${statusCode} ${body}`
    }
    const answers = [await ask(certificate.token), await ask('a'.repeat(26)), await ask('x')]
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('404')
    const named = await ask(certificate.token, '?name=Mai%20Vang')
    expect(named).toContain('"verdict":"valid"')
    expect(named).toContain('"certificate":null')
  })

  test('is described as OpenAPI JSON and as a page', async () => {
    const { visitor } = await aWorld({ cast: false })
    const description = JSON.parse((await visitor().get('/api/openapi.json')).body)
    expect(description.openapi).toBe('3.1.0')
    expect(Object.keys(description.paths).sort()).toEqual([
      '/api/certificates/{token}',
      '/api/clearance',
      '/api/shifts',
    ])
    const page = await visitor().get('/api/docs')
    expect(page.statusCode).toBe(200)
    for (const word of ['/api/clearance', 'name_matches', 'valid, superseded, revoked'])
      expect(page.body).toContain(word)
  })
})
