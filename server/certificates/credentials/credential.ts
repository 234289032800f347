import { createHash } from 'node:crypto'
import type { CertificateFacts, CertificateKind, CompletedModule } from '#server/certificates/facts.ts'
import { dayOf } from '#server/lib/days.ts'
import { credentialsV2, openBadgesExtensions, openBadgesV3 } from './contexts.ts'
import type { Credential, UnsignedCredential } from './credential-shape.ts'

/** A certificate's entries in the installation's status lists. */
export type StatusEntries = Readonly<{
  revocation: StatusEntry
  /** Null since the refresh service tells of a replacement. Certificates until November 2026 have an entry. */
  supersession: StatusEntry | null
}>

export type StatusEntry = Readonly<{ list_url: string; index: number }>

/** The person's ID, which others only get as a salted hash. */
export type Holder = Readonly<{ person_id: string; salt: string }>

type HashedHolder = Readonly<{ hash: string; salt: string }>

/** The facts in a credential that a reader can compare with the certificate. */
export type CredentialFacts = Pick<
  CertificateFacts,
  | 'person_name'
  | 'course_title'
  | 'course_version'
  | 'course_hash'
  | 'statute'
  | 'modules'
  | 'hours'
  | 'kind'
  | 'completed_at'
  | 'completed_on'
  | 'issued_at'
  | 'certificate_number'
  | 'verify_url'
  | 'issuer_name'
> &
  Readonly<{ issuer: string; approval: string }>

/** Everything in a credential except its proof. */
type CredentialContent = Readonly<{
  facts: CredentialFacts
  holder: HashedHolder
  status: StatusEntries
  /** SHA-256 of the PDF it is embedded in, with the credential's own bytes left blank. */
  page_sha256: Buffer
}>

/** The frozen facts without the program. `approval` is the sentence printed on the certificate. */
export function credentialFactsOf(
  facts: CertificateFacts,
  issuer: string,
  approval: string,
): CredentialFacts {
  const { program: _program, token: _token, note: _note, ...told } = facts
  return { ...told, issuer, approval }
}

/**
 * An Open Badge 3.0 without its proof. Each content has exactly one encoding, which `readCredential` reads back. If
 * you change this format, keep the old one too: credentials already issued must still verify.
 */
export function describeCredential(content: CredentialContent): UnsignedCredential {
  const { facts, holder } = content
  const { revocation, supersession } = content.status
  const { relatedResource, ...described } = describeShared(content)
  if (supersession)
    return {
      '@context': [credentialsV2, openBadgesV3],
      ...described,
      credentialStatus: [revocationStatus(revocation), supersessionStatus(supersession)],
      relatedResource,
    }
  return {
    '@context': [credentialsV2, openBadgesV3, openBadgesExtensions],
    ...described,
    credentialStatus: revocationStatus(revocation),
    refreshService: { id: refreshUrl(facts.verify_url, holder.salt), type: '1EdTechCredentialRefresh' },
    relatedResource,
  }
}

/** Only someone who has the credential knows the salt. The address of the certificate's page alone isn't enough. */
const refreshUrl = (verify_url: string, salt: string) => `${verify_url}/refresh/${salt}`

function describeShared(content: CredentialContent) {
  const { facts, page_sha256 } = content
  return {
    id: facts.verify_url,
    type: ['VerifiableCredential', 'OpenBadgeCredential'] as ['VerifiableCredential', 'OpenBadgeCredential'],
    name: `Certificate ${facts.certificate_number}`,
    issuer: {
      id: facts.issuer,
      type: ['Profile'] as ['Profile'],
      name: facts.issuer_name,
      url: new URL(facts.verify_url).origin,
    },
    validFrom: facts.issued_at,
    credentialSubject: describeSubject(content),
    relatedResource: [describePage(page_sha256)] as [ReturnType<typeof describePage>],
  }
}

type Subject = UnsignedCredential['credentialSubject']

function describeSubject({ facts, holder }: CredentialContent): Subject {
  return {
    type: ['AchievementSubject'],
    identifier: [
      { type: 'IdentityObject', hashed: false, identityHash: facts.person_name, identityType: 'name' },
      {
        type: 'IdentityObject',
        hashed: true,
        identityHash: holder.hash,
        identityType: 'systemId',
        salt: holder.salt,
      },
    ],
    licenseNumber: facts.certificate_number,
    activityEndDate: facts.completed_at,
    creditsEarned: facts.hours,
    achievement: describeCourse(facts),
    result: [
      { type: ['Result'], resultDescription: partOf(facts, 'kind'), value: facts.kind },
      ...facts.modules.map(({ number, completed_on }) => ({
        type: ['Result'] as ['Result'],
        resultDescription: partOf(facts, `module-${number}`),
        status: 'Completed' as const,
        value: completed_on,
      })),
    ],
  }
}

function describeCourse(facts: CredentialFacts): Subject['achievement'] {
  return {
    id: contentIdOf(Buffer.from(facts.course_hash, 'hex')),
    type: ['Achievement'],
    achievementType: 'Course',
    name: facts.course_title,
    version: facts.course_version,
    description: facts.approval,
    criteria: { narrative: 'Every module completed, and the assessment of each module passed.' },
    alignment: [
      {
        type: ['Alignment'],
        targetName: facts.statute,
        targetUrl: statuteUrl(facts.statute),
        targetType: 'ext:Statute',
      },
    ],
    resultDescription: [
      {
        id: partOf(facts, 'kind'),
        type: ['ResultDescription'],
        name: 'Kind of training',
        resultType: 'ext:TrainingKind',
      },
      ...facts.modules.map(({ number, title }) => ({
        id: partOf(facts, `module-${number}`),
        type: ['ResultDescription'] as ['ResultDescription'],
        name: title,
        resultType: 'Status' as const,
      })),
    ],
  }
}

const partOf = ({ verify_url }: CredentialFacts, name: string) => `${verify_url}#${name}`

const describePage = (page_sha256: Buffer) => ({
  id: contentIdOf(page_sha256),
  digestSRI: `sha256-${page_sha256.toString('base64')}`,
  mediaType: 'application/pdf' as const,
})

const revocationStatus = (entry: StatusEntry) => ({
  ...entryOf(entry),
  statusPurpose: 'revocation' as const,
})

type Message<Status, Text> = { status: Status; message: Text }

const supersessionStatus = (entry: StatusEntry) => ({
  ...entryOf(entry),
  statusPurpose: 'message' as const,
  statusSize: 1 as const,
  statusMessage: [
    { status: '0x0', message: 'current' },
    { status: '0x1', message: 'superseded' },
  ] as [Message<'0x0', 'current'>, Message<'0x1', 'superseded'>],
})

/** The inverse of `describeCredential`. */
export function readCredential(credential: UnsignedCredential): CredentialContent {
  const { credentialSubject: subject, credentialStatus } = credential
  const [, hashed] = subject.identifier
  return {
    facts: readFacts(credential),
    holder: { hash: hashed.identityHash, salt: hashed.salt },
    status: Array.isArray(credentialStatus)
      ? { revocation: readEntry(credentialStatus[0]), supersession: readEntry(credentialStatus[1]) }
      : { revocation: readEntry(credentialStatus), supersession: null },
    page_sha256: pageDigest(credential),
  }
}

function readFacts(credential: UnsignedCredential): CredentialFacts {
  const { credentialSubject: subject, issuer } = credential
  const { achievement } = subject
  return {
    certificate_number: subject.licenseNumber,
    person_name: subject.identifier[0].identityHash,
    course_title: achievement.name,
    course_version: achievement.version,
    course_hash: hashOf(achievement.id).toString('hex'),
    statute: achievement.alignment[0].targetName,
    approval: achievement.description,
    kind: (subject.result[0]?.value ?? 'course') as CertificateKind,
    hours: subject.creditsEarned,
    completed_on: dayOf(subject.activityEndDate),
    completed_at: subject.activityEndDate,
    issued_at: credential.validFrom,
    modules: readModules(credential),
    issuer_name: issuer.name,
    issuer: issuer.id,
    verify_url: credential.id,
  }
}

/** The digest of the PDF that a credential was made for. */
export function pageDigest(credential: Pick<Credential, 'relatedResource'>): Buffer {
  return hashOf(credential.relatedResource[0].id)
}

/** The salted hash of Open Badges: the identity followed by the salt. */
export function holderHash({ person_id, salt }: Holder): string {
  return `sha256$${createHash('sha256').update(person_id).update(salt).digest('hex')}`
}

function readModules({ credentialSubject }: UnsignedCredential): readonly CompletedModule[] {
  const { achievement, result } = credentialSubject
  return achievement.resultDescription.slice(1).map(({ id, name }, index) => ({
    number: Number(/#module-(\d+)$/.exec(id)?.[1]),
    title: name,
    completed_on: result[index + 1]?.value ?? '',
  }))
}

function readEntry(entry: { statusListIndex: string; statusListCredential: string }): StatusEntry {
  return { list_url: entry.statusListCredential, index: Number(entry.statusListIndex) }
}

function entryOf({ list_url, index }: StatusEntry) {
  return {
    id: `${list_url}#${index}`,
    type: 'BitstringStatusListEntry' as const,
    statusListIndex: String(index),
    statusListCredential: list_url,
  }
}

const contentPrefix = 'ni:///sha-256;'

function contentIdOf(sha256: Buffer): string {
  return contentPrefix + sha256.toString('base64url')
}

function hashOf(contentId: string): Buffer {
  return Buffer.from(contentId.slice(contentPrefix.length), 'base64url')
}

function statuteUrl(statute: string): string {
  const section = /\d+[A-Z]*\.\d+/.exec(statute)?.[0]
  return `https://www.revisor.mn.gov/statutes/${section ? `cite/${section}` : ''}`
}
