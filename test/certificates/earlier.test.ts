import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { PublishedKeys } from '#server/certificates/credentials/keys.ts'
import { verifyCertificateFile } from '#server/certificates/credentials/verification.ts'

const folder = path.join(import.meta.dirname, 'earlier')
const stored = (name: string) => readFileSync(path.join(folder, name))
const keys = JSON.parse(stored('keys.json').toString()) as PublishedKeys

test('a certificate from before November 30, 2026 stays genuine, as a PDF and as a credential', async () => {
  for (const name of ['certificate.pdf', 'credential.json'])
    expect(await verifyCertificateFile(stored(name), keys)).toMatchObject({
      verdict: 'genuine',
      facts: { person_name: 'Ada Northwind', certificate_number: 'SH-000123' },
      credential: { credentialStatus: [{ statusPurpose: 'revocation' }, { statusPurpose: 'message' }] },
    })
})

test('an earlier certificate with a part of the later form is not genuine', async () => {
  const credential = JSON.parse(stored('credential.json').toString())
  const [revocation] = credential.credentialStatus
  for (const changed of [
    { proof: [credential.proof] },
    { credentialStatus: revocation },
    { refreshService: null },
  ])
    expect(
      (await verifyCertificateFile(Buffer.from(JSON.stringify({ ...credential, ...changed })), keys)).verdict,
    ).toBe('altered')
})
