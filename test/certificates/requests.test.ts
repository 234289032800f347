import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { findCertificateOf } from '#server/certificates/certificates/queries.ts'
import { decodeList, isSet } from '#server/certificates/credentials/status-list.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

async function aCertificate() {
  const world = await aWorld()
  const person = await personId(world.db, 'mai@northstar.example')
  const { number } = await world.db
    .selectFrom('certificates')
    .select('number')
    .where('person_id', '=', person)
    .executeTakeFirstOrThrow()
  const certificate = (await findCertificateOf(world.db, person, number))!
  const [lee, max] = [await world.as('lee@licensing.example'), await world.as('max@licensing.example')]
  return { world, person, certificate, lee, max, at: `/certificates/records/${number}` }
}

const ask = async (client: Client, address: string, form: Record<string, string>) =>
  String((await client.post(address, form)).headers.location)

/** What software with an earlier copy of the credential learns from its refresh service. */
async function refreshed({ visitor }: World, credential: string) {
  const { refreshService, proof } = JSON.parse(credential)
  const { statusCode, headers, body } = await visitor().get(new URL(refreshService.id).pathname)
  expect(statusCode === 200 ? headers['content-type'] : 'application/vc').toContain('application/vc')
  return statusCode === 200
    ? { isSame: JSON.stringify(JSON.parse(body).proof) === JSON.stringify(proof), body }
    : statusCode
}

const bits = async ({ visitor }: World, name: string) =>
  decodeList(JSON.parse((await visitor().get(`/status/${name}`)).body).credentialSubject.encodedList)!

const proofOf = ({ db }: World, id: string) =>
  db.selectFrom('certificate_proofs').selectAll().where('certificate_id', '=', id).executeTakeFirstOrThrow()

describe('revoking', () => {
  test('takes two licensing staff members, and then shows on the page, in the list, in the ledger and in standings', async () => {
    const { world, person, certificate, lee, max, at } = await aCertificate()
    const place = (await proofOf(world, certificate.id)).revocation_index
    expect(isSet(await bits(world, 'revocation'), place)).toBe(false)
    const standing = () =>
      world.db
        .selectFrom('standings')
        .selectAll()
        .where('person_id', '=', person)
        .orderBy('requirement')
        .execute()
    const before = await standing()

    const request = await ask(lee, `${at}/revocation`, {
      reason: 'Taken by someone else',
      completion: 'void',
    })
    expect(request).toMatch(/^\/certificates\/requests\//)
    expect((await world.visitor().get(`/verify/${certificate.token}`)).body).toContain(
      'This certificate is valid.',
    )
    // The person who made the request can't confirm it.
    expect((await lee.post(`${request}/confirmation`)).statusCode).toBe(404)
    expect((await max.get('/certificates/records')).body).toContain(`Revoke ${certificate.number}`)
    expect((await max.post(`${request}/confirmation`)).headers.location).toBe(at)

    const page = (await world.visitor().get(`/verify/${certificate.token}`)).body
    expect(page).toContain('has been revoked')
    expect(page).not.toContain('Taken by someone else')
    expect(isSet(await bits(world, 'revocation'), place)).toBe(true)
    const kinds = await world.db
      .selectFrom('ledger_entries')
      .select('kind')
      .orderBy('turn', 'desc')
      .limit(3)
      .execute()
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'certificate-revoked',
      'completion-voided',
      'certificate-act-requested',
    ])
    expect((await max.get(at)).body).toContain('No other request waits for you.')
    expect(await standing()).not.toEqual(before)
    const record = (await lee.get(at)).body
    expect(record).toContain('requested by Lee Marston, confirmed by Max Delgado')
    // A revoked certificate takes no more requests.
    expect(await ask(lee, `${at}/revocation`, { reason: 'Again' })).toBe(at)
  })

  test('is signed into the list in the same transaction: without the key, nothing is revoked', async () => {
    const { world, certificate, lee, max, at } = await aCertificate()
    const request = await ask(lee, `${at}/revocation`, { reason: 'A mistake' })
    const { writeFileSync } = await import('node:fs')
    await world.visitor().get('/keys.json')
    writeFileSync(world.config.keysFile, 'not keys')
    expect((await max.post(`${request}/confirmation`)).statusCode).toBe(500)
    const { rows } = await sql<{ acts: number; ends: number }>`
      select (select count(*) from certificate_status_changes) as acts, (select count(*) from certificate_request_ends) as ends`.execute(
      world.db,
    )
    expect(rows).toEqual([{ acts: 0, ends: 0 }])
    expect((await world.visitor().get(`/verify/${certificate.token}`)).body).toContain(
      'This certificate is valid.',
    )
  })

  test('requires a reason, and the password if it was entered too long ago', async () => {
    const { world, lee, at } = await aCertificate()
    expect((await lee.post(`${at}/revocation`, { reason: ' ' })).statusCode).toBe(422)
    await sql`update sessions set confirmed_at = now() - interval '11 minutes'`.execute(world.db)
    expect((await lee.get(`${at}/revocation`)).body).toContain('Your password')
    const form = { reason: 'A mistake' }
    expect((await lee.post(`${at}/revocation`, form)).body).toContain('Enter your password again')
    expect((await lee.post(`${at}/revocation`, { ...form, password: 'wrong' })).body).toContain(
      'The password is incorrect.',
    )
    expect(await ask(lee, `${at}/revocation`, { ...form, password: demoPassword })).toContain('/requests/')
  })

  test('can be refused by the second person or withdrawn by the first, and then nothing changes', async () => {
    const { world, certificate, lee, max, at } = await aCertificate()
    const first = await ask(lee, `${at}/revocation`, { reason: 'A mistake' })
    // One request at a time.
    expect(await ask(max, `${at}/revocation`, { reason: 'Another' })).toBe(at)
    expect((await max.post(`${first}/end`, { reason: '' })).statusCode).toBe(422)
    await max.post(`${first}/end`, { reason: 'It is correct' })
    const second = await ask(max, `${at}/revocation`, { reason: 'Another' })
    await max.post(`${second}/end`, { reason: '' })
    expect((await lee.post(`${second}/confirmation`)).headers.location).toBe(second)
    const page = (await lee.get(at)).body
    expect(page).toContain('refused by Max Delgado')
    expect(page).toContain('withdrawn by Max Delgado')
    expect((await world.visitor().get(`/verify/${certificate.token}`)).body).toContain(
      'This certificate is valid.',
    )
  })

  test('is open only to licensing staff, and each view is in the ledger', async () => {
    const { world, person, lee, at } = await aCertificate()
    for (const email of [
      'mai@northstar.example',
      'sam@northstar.example',
      'rae@northstar.example',
      'kit@system.example',
    ])
      expect((await (await world.as(email)).get(at)).statusCode).toBe(404)
    await lee.get(at)
    const looks = await world.db
      .selectFrom('ledger_entries')
      .select('subject')
      .where('kind', '=', 'person-viewed')
      .execute()
    expect(looks).toEqual([{ subject: `person:${person}` }])
  })
})

describe('correcting', () => {
  test('issues a new certificate, links both, and the old certificate’s code shows the replacement', async () => {
    const { world, person, certificate, lee, max, at } = await aCertificate()
    const request = await ask(lee, `${at}/correction`, {
      reason: 'Married',
      person_name: 'Mai Vang Lee',
      account: 'renames',
    })
    expect((await max.get(request)).body).toContain('Mai Vang Lee')
    const next = String((await max.post(`${request}/confirmation`)).headers.location)
    const number = next.split('/').at(-1)!
    expect(number).not.toBe(certificate.number)

    const corrected = (await findCertificateOf(world.db, person, number))!
    expect(corrected.facts).toMatchObject({
      person_name: 'Mai Vang Lee',
      completed_on: certificate.facts.completed_on,
      course_hash: certificate.facts.course_hash,
      program: certificate.facts.program,
      note: expect.stringContaining(`Replaces certificate ${certificate.number}.`),
    })
    const old = (await world.visitor().get(`/verify/${certificate.token}`)).body
    expect(old).toContain('has been replaced')
    expect(old).toContain(number)
    const fresh = (await world.visitor().get(`/verify/${corrected.token}`)).body
    expect(fresh).toContain('This certificate is valid.')
    expect(fresh).toContain(certificate.number)
    expect((await lee.get(at)).body).toContain(`href="/certificates/records/${number}"`)
    expect((await lee.get(next)).body).toContain(`href="${at}"`)
    const mai = await world.as('mai@northstar.example')
    expect((await mai.get('/account')).body).toContain('Mai Vang Lee')
    expect((await mai.get(`/certificates/${number}.pdf`)).statusCode).toBe(200)
    // Nothing is deleted: the holder can still download the old file.
    expect((await mai.get(`/certificates/${certificate.number}.pdf`)).statusCode).toBe(200)
  })

  test('is told by the refresh service of earlier copies, which never tells a new name', async () => {
    const { world, person, certificate, lee, max, at } = await aCertificate()
    const mai = await world.as('mai@northstar.example')
    const first = (await mai.get(`/certificates/${certificate.number}.json`)).body
    expect(await refreshed(world, first)).toMatchObject({ isSame: true })
    const { refreshService } = JSON.parse(first)
    // The printed code alone opens nothing.
    for (const key of ['x', 'a'.repeat(64)])
      expect((await world.visitor().get(`/verify/${certificate.token}/refresh/${key}`)).statusCode).toBe(404)

    const correct = async (form: Record<string, string>, of = at) => {
      const request = await ask(lee, `${of}/correction`, { reason: 'A mistake', account: 'renames', ...form })
      return String((await max.post(`${request}/confirmation`)).headers.location)
    }
    const renamed = await correct({ person_name: 'Mai Vang Lee' })
    expect(await refreshed(world, first)).toBe(410)
    const second = (await mai.get(`/certificates/${renamed.split('/').at(-1)}.json`)).body
    await world.db.updateTable('people').set({ is_confidential: true }).where('id', '=', person).execute()
    expect(new URL(refreshService.id).pathname).toContain('/refresh/')
    expect(await refreshed(world, second)).toBe(404)
    await world.db.updateTable('people').set({ is_confidential: false }).where('id', '=', person).execute()
    const revocation = await ask(lee, `${renamed}/revocation`, { reason: 'A mistake' })
    expect(await refreshed(world, second)).toMatchObject({ isSame: true })
    await max.post(`${revocation}/confirmation`)
    expect(await refreshed(world, second)).toBe(410)
  })

  test('immediately refuses what cannot be printed and what changes nothing', async () => {
    const { lee, at } = await aCertificate()
    const form = { reason: 'A typing error', account: 'renames' }
    expect((await lee.post(`${at}/correction`, { ...form, person_name: 'Mai 𓂀' })).body).toContain(
      'be printed',
    )
    expect((await lee.post(`${at}/correction`, { ...form, person_name: 'Mai Vang' })).body).toContain(
      'already says this',
    )
  })

  test('cannot be requested or confirmed by the certificate’s holder', async () => {
    const { world, person, lee, max, at } = await aCertificate()
    const mai = await world.as('mai@northstar.example')
    await world.db.insertInto('roles').values({ person_id: person, role: 'licensing' }).execute()
    const form = { reason: 'Married', person_name: 'Mai Vang Lee' }
    expect((await mai.post(`${at}/correction`, form)).statusCode).toBe(404)
    expect((await mai.post(`${at}/revocation`, { reason: 'A mistake' })).statusCode).toBe(404)
    const request = await ask(lee, `${at}/correction`, form)
    expect((await mai.post(`${request}/confirmation`)).statusCode).toBe(404)
    expect(String((await max.post(`${request}/confirmation`)).headers.location)).toContain(
      '/certificates/records/',
    )
  })

  test('the database refuses a confirmation by the person who made the request', async () => {
    const { world, lee, at } = await aCertificate()
    const request = (await ask(lee, `${at}/correction`, { reason: 'x', person_name: 'Mai Vangh' }))
      .split('/')
      .at(-1)!
    const id = await personId(world.db, 'lee@licensing.example')
    const row = {
      request_id: request,
      requested_by: id,
      outcome: 'confirmed',
      ended_by: id,
      ended_at: new Date(),
    }
    await expect(world.db.insertInto('certificate_request_ends').values(row).execute()).rejects.toThrow(
      'check',
    )
  })
})
