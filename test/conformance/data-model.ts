import { isOwnDigest } from './resource-digests.ts'

/**
 * What the W3C's Verifiable Credentials Data Model asks of a credential or a presentation beyond its being JSON-LD: for
 * the conformance suites, which send much that a library lets pass. Values in, faults out; nothing is fetched.
 */
export type Fault = Readonly<{ type: string; title: string; detail: string }>

export type Json = Readonly<Record<string, unknown>>

const credentialsV1 = 'https://www.w3.org/2018/credentials/v1'
const bases = ['https://www.w3.org/ns/credentials/v2', credentialsV1]

const faultOf = (kind: 'MALFORMED_VALUE_ERROR' | 'RANGE_ERROR', title: string) => (detail: string) => ({
  type: `https://www.w3.org/TR/vc-data-model#${kind}`,
  title,
  detail,
})
const malformed = faultOf('MALFORMED_VALUE_ERROR', 'A value is not as the data model has it')
const outOfRange = faultOf('RANGE_ERROR', 'A value is out of range')

export function credentialFaults(credential: Json): readonly Fault[] {
  const { issuer, credentialSubject: subjects } = credential
  return [
    ...documentFaults(credential, 'VerifiableCredential'),
    ...identified('issuer', issuer),
    ...[credential, ...(isObject(issuer) ? [issuer] : [])].flatMap(wordFaults),
    ...(several(subjects).length > 0 ? [] : [malformed('"credentialSubject" is missing.')]),
    ...several(subjects).flatMap((subject) =>
      isObject(subject) && Object.keys(subject).length > 0
        ? optionalId('credentialSubject.id', subject)
        : [malformed('Each "credentialSubject" is an object that claims something.')],
    ),
    ...periodFaults(credential),
    ...typedParts.flatMap((name) => partFaults(name, credential)),
    ...('relatedResource' in credential ? resourceFaults(several(credential.relatedResource)) : []),
  ]
}

export function presentationFaults(presentation: Json): readonly Fault[] {
  const { holder, verifiableCredential: credentials } = presentation
  return [
    ...documentFaults(presentation, 'VerifiablePresentation'),
    ...('holder' in presentation ? identified('holder', holder) : []),
    ...('termsOfUse' in presentation ? partFaults('termsOfUse', presentation) : []),
    ...several(credentials ?? []).flatMap((credential) =>
      isObject(credential)
        ? credentialFaults(credential)
        : [malformed('Each "verifiableCredential" is an object.')],
    ),
  ]
}

/** What a credential and a presentation have alike. */
function documentFaults(document: Json, wanted: string): readonly Fault[] {
  const { '@context': contexts, type } = document
  const [base, ...others] = Array.isArray(contexts) ? contexts : []
  return [
    ...(bases.includes(base) ? [] : [malformed(`"@context" is a list, and its first item ${bases[0]}.`)]),
    ...others.flatMap((context) =>
      isUrl(context) || isObject(context)
        ? []
        : [malformed('Each further item of "@context" is a URL or an object.')],
    ),
    ...(isType(type) && several(type).includes(wanted) ? [] : [malformed(`"type" must have ${wanted}.`)]),
    ...optionalId('id', document),
  ]
}

const typedParts = [
  'credentialStatus',
  'credentialSchema',
  'refreshService',
  'termsOfUse',
  'evidence',
] as const

function partFaults(name: (typeof typedParts)[number], credential: Json): readonly Fault[] {
  if (!(name in credential)) return []
  const parts = several(credential[name])
  if (parts.length === 0) return [malformed(`"${name}" is an object, or several.`)]
  return parts.flatMap((part) => {
    if (!isObject(part) || !isType(part.type)) return [malformed(`Each "${name}" must have a "type".`)]
    if (name === 'credentialSchema' && !('id' in part))
      return [malformed(`Each "${name}" must have an "id".`)]
    return optionalId(`${name}.id`, part)
  })
}

function resourceFaults(resources: readonly unknown[]): readonly Fault[] {
  const ids = resources.map((resource) => (isObject(resource) ? resource.id : undefined))
  return [
    ...(resources.length > 0 && ids.every(isUrl)
      ? []
      : [malformed('Each "relatedResource" is an object whose "id" is a URL.')]),
    ...(new Set(ids).size === ids.length
      ? []
      : [malformed('Each "relatedResource" has an "id" of its own.')]),
    ...(resources.every(hasDigest)
      ? []
      : [malformed('Each "relatedResource" has a "digestSRI" or a "digestMultibase".')]),
    ...(resources.every(isOwnDigest)
      ? []
      : [malformed('The digest of a "relatedResource" is not its own, or can’t be checked here.')]),
  ]
}

function hasDigest(resource: unknown): boolean {
  if (!isObject(resource)) return false
  const { digestSRI: sri, digestMultibase: multibase } = resource
  const isSri =
    sri === undefined || (typeof sri === 'string' && /^sha(256|384|512)-[A-Za-z0-9+/]+=*$/.test(sri))
  const isMultibase =
    multibase === undefined || (typeof multibase === 'string' && /^[uz][A-Za-z0-9_-]+$/.test(multibase))
  return isSri && isMultibase && (sri ?? multibase) !== undefined
}

/** A name or a description: a text, or texts that tell their language. */
function wordFaults(part: Json): readonly Fault[] {
  return ['name', 'description'].flatMap((name) =>
    !(name in part) || (several(part[name]).length > 0 && several(part[name]).every(isWord))
      ? []
      : [malformed(`"${name}" is a text, or one that tells its language and direction alone.`)],
  )
}

function isWord(value: unknown): boolean {
  if (typeof value === 'string') return true
  if (!isObject(value) || typeof value['@value'] !== 'string') return false
  const { '@value': _text, '@language': language, '@direction': direction, ...others } = value
  return (
    Object.keys(others).length === 0 &&
    (language === undefined || typeof language === 'string') &&
    (direction === undefined || direction === 'ltr' || direction === 'rtl')
  )
}

function periodFaults(credential: Json): readonly Fault[] {
  const names = ['validFrom', 'validUntil', 'issuanceDate', 'expirationDate'].filter(
    (name) => name in credential,
  )
  const wrong = names.filter((name) => instantOf(credential[name]) === null)
  if (wrong.length > 0) return wrong.map((name) => malformed(`"${name}" is not a dateTimeStamp.`))
  const [from, until] = [credential.validFrom, credential.validUntil].map(instantOf)
  return from && until && until < from ? [outOfRange('"validUntil" is before "validFrom".')] : []
}

const stamp =
  /^-?(?:[1-9]\d{3,}|0\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?$/

/** XML Schema's dateTimeStamp; one that lacks its offset is read as UTC, as the data model says. */
export function instantOf(value: unknown): Date | null {
  const [text, offset] = typeof value === 'string' ? (stamp.exec(value) ?? []) : []
  if (text === undefined) return null
  const at = new Date(offset === undefined ? `${text}Z` : text)
  return Number.isNaN(at.getTime()) ? null : at
}

/** A URL, or an object whose id is one. */
const identified = (name: string, value: unknown) =>
  isUrl(isObject(value) ? value.id : value)
    ? []
    : [malformed(`"${name}" is a URL, or an object whose "id" is one.`)]

const optionalId = (name: string, part: Json) =>
  !('id' in part) || isUrl(part.id) ? [] : [malformed(`"${name}" is one URL.`)]

const isType = (value: unknown) =>
  several(value).length > 0 && several(value).every((one) => typeof one === 'string' && one !== '')

export const isUrl = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(value)

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One, or a list of several. */
export const several = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]
