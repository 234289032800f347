import { makeCertificate } from '#server/certificates/certificates/certificate-file.ts'
import type { StatusEntries } from '#server/certificates/credentials/credential.ts'
import { issuerDid, newSigningKey, publishedKeys } from '#server/certificates/credentials/keys.ts'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import { sample } from './sample.ts'

const site = 'https://training.example.org'
export const did = issuerDid(site)
export const key = await newSigningKey(did, new Date('2027-01-01T00:00:00Z'))
export const keys = publishedKeys({ keys: [key] })
export const signedAt = new Date(sample.issued_at)

export const status: StatusEntries = {
  revocation: { list_url: `${site}/status/revocation/1`, index: 94_567 },
  supersession: null,
}

export const issue = (facts: CertificateFacts = sample, by = key, at = signedAt) =>
  makeCertificate(facts, { person_id: 'b7a6fd1e', salt: '9c1185a5c5e9fc54' }, status, by, at)
