import { stringify } from 'csv-stringify/sync'
import type { Verification } from '#server/certificates/credentials/verification.ts'
import { readToken } from '#server/certificates/tokens.ts'
import type { ReviewCertificate } from '#server/oversight/reviews/review-person.queries.ts'

/** One item to verify: a certificate's number, the code in its address, or a file. */
export type Asked =
  | Readonly<{ kind: 'number'; asked: string; number: string }>
  | Readonly<{ kind: 'code'; asked: string; token: string }>
  | Readonly<{ kind: 'file'; asked: string; sha256: string; verification: Verification }>
  | Readonly<{ kind: 'unreadable'; asked: string }>

type BulkVerdict =
  | 'valid'
  | 'revoked'
  | 'superseded'
  | 'unknown'
  | 'altered'
  | 'unknown-key'
  | 'not-a-certificate'
  | 'unreadable'
  | 'no-certificate'
  | 'not-among-these'

export type BulkResult = Readonly<{
  asked: string
  verdict: BulkVerdict
  /** A sentence to explain the verdict, if needed. */
  why: string
  number: string | null
  person_id: string | null
  name: string | null
  course: string | null
  completed_on: string | null
  /** Null if the person is not known. */
  is_on_roster: boolean | null
  /** The other items that are the same certificate. Not kept before December 2026. */
  duplicates?: readonly string[]
}>

/** Whether a result is about a certificate: not one of other files or words, and not one of the roster’s people. */
export const isAboutCertificate = ({ asked, verdict }: Pick<BulkResult, 'asked' | 'verdict'>): boolean =>
  asked !== '' && verdict !== 'not-a-certificate' && verdict !== 'unreadable'

export const mostAsked = 2000

const numberPattern = /^SH-?(\d{6,12})$/i

/** Numbers and codes in pasted text or table cells, each once, in order. In pasted text, anything else is reported too. */
export function readAsked(text: string, { isTable }: Readonly<{ isTable: boolean }>): readonly Asked[] {
  const found = new Map<string, Asked>()
  for (const word of text.split(/[\s,;"'|]+/)) {
    if (word === '' || found.size >= mostAsked) continue
    const number = numberPattern.exec(word)?.[1]
    const token = readToken(word.split('/verify/').at(-1) ?? '')
    if (number) found.set(`SH-${number}`, { kind: 'number', asked: word, number: `SH-${number}` })
    else if (token) found.set(token, { kind: 'code', asked: word, token })
    else if (!isTable) found.set(word, { kind: 'unreadable', asked: word.slice(0, 80) })
  }
  return [...found.values()]
}

/** The result for each certificate, then what is none, then everyone on the roster whom none of the items belongs to. */
export function bulkResults(
  asked: readonly Asked[],
  certificates: readonly (ReviewCertificate & Readonly<{ sha256: string | null }>)[],
  roster: readonly Readonly<{ person_id: string; name: string }>[],
  ofRoster: readonly ReviewCertificate[],
): readonly BulkResult[] {
  const onRoster = new Set(roster.map(({ person_id }) => person_id))
  const results = once(asked.map((one) => resultOf(one, certificates, onRoster)))
  const shown = new Set(
    results.flatMap(({ person_id, verdict }) => (person_id && verdict === 'valid' ? [person_id] : [])),
  )
  const missing = roster
    .filter(({ person_id }) => !shown.has(person_id))
    .map(({ person_id, name }): BulkResult => {
      const valid = ofRoster.filter((one) => one.person_id === person_id && one.status === 'valid')
      return {
        ...unknownPerson,
        asked: '',
        verdict: valid.length > 0 ? 'not-among-these' : 'no-certificate',
        why:
          valid.length > 0
            ? `On record: ${valid.map(({ number }) => number).join(', ')}.`
            : 'No valid certificate is on record.',
        person_id,
        name,
        is_on_roster: true,
      }
    })
  return [...results, ...missing]
}

/** A certificate that was sent as a file, a number and a line of a table is one certificate, named by the first of them. */
function once(results: readonly BulkResult[]): readonly BulkResult[] {
  const same = Map.groupBy(results, (one) => `${one.verdict} ${one.number ?? one.asked}`)
  const found = [...same.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, duplicates: others.map(({ asked }) => asked) }] : [],
  )
  return [...found.filter(isAboutCertificate), ...found.filter((one) => !isAboutCertificate(one))]
}

const unknownPerson = {
  number: null,
  person_id: null,
  name: null,
  course: null,
  completed_on: null,
  is_on_roster: null,
}

function resultOf(
  one: Asked,
  certificates: readonly (ReviewCertificate & Readonly<{ sha256: string | null }>)[],
  onRoster: ReadonlySet<string>,
): BulkResult {
  const { asked } = one
  if (one.kind === 'unreadable')
    return {
      ...unknownPerson,
      asked,
      verdict: 'unreadable',
      why: 'This is neither a certificate number such as SH-000012 nor a code.',
    }
  const found = certificates.find((certificate) =>
    one.kind === 'number'
      ? certificate.number === one.number
      : one.kind === 'code'
        ? certificate.token === one.token
        : certificate.sha256 === one.sha256 || certificate.number === one.verification.claimed_number,
  )
  const known = found && {
    number: found.number,
    person_id: found.person_id,
    name: found.facts.person_name,
    course: `${found.facts.course_title}, version ${found.facts.course_version}`,
    completed_on: found.facts.completed_on,
    is_on_roster: onRoster.has(found.person_id),
  }
  if (one.kind === 'file') {
    const { verdict, why } = one.verification
    const isOurs = verdict === 'genuine' || (found !== undefined && found.sha256 === one.sha256)
    // An altered file proves nothing about a person. Show the register's data for its number instead.
    if (!isOurs)
      return {
        ...(known ?? unknownPerson),
        asked,
        verdict: (
          {
            altered: 'altered',
            unknown_key: 'unknown-key',
            not_a_certificate: 'not-a-certificate',
            genuine: 'valid',
          } as const
        )[verdict],
        why: known ? `${why} The details shown are from the register.` : why,
      }
  }
  if (!found || !known)
    return { ...unknownPerson, asked, verdict: 'unknown', why: 'We have no certificate with it.' }
  return {
    ...known,
    asked,
    verdict: found.status,
    why: found.replaced_by ? `Replaced by ${found.replaced_by}.` : '',
  }
}

export const verdictNames: Readonly<Record<BulkVerdict, string>> = {
  valid: 'Valid',
  revoked: 'Revoked',
  superseded: 'Replaced',
  unknown: 'Unknown',
  altered: 'Altered',
  'unknown-key': 'Signed with an unknown key',
  'not-a-certificate': 'Not one of our certificates',
  unreadable: 'Unreadable',
  'no-certificate': 'On the roster, no certificate',
  'not-among-these': 'On the roster, not in this list',
}

export const verdictTones: Readonly<Record<BulkVerdict, 'good' | 'caution' | 'stop' | 'quiet'>> = {
  valid: 'good',
  revoked: 'stop',
  superseded: 'caution',
  unknown: 'stop',
  altered: 'stop',
  'unknown-key': 'stop',
  'not-a-certificate': 'stop',
  unreadable: 'caution',
  'no-certificate': 'stop',
  'not-among-these': 'caution',
}

const rosterWords = (isOn: boolean | null) =>
  isOn === null ? '' : isOn ? 'On this roster' : 'Certificate, not on this roster'

/** The results as CSV. Cells that a spreadsheet would run as formulas are escaped. */
export const bulkCsv = (results: readonly BulkResult[]): string =>
  stringify(
    [
      ['Item', 'Result', 'Certificate', 'Name', 'Course', 'Completed', 'Roster', 'More', 'Also sent as'],
      ...results.map((one) => [
        ...[one.asked, verdictNames[one.verdict], one.number, one.name, one.course, one.completed_on],
        ...[rosterWords(one.is_on_roster), one.why, (one.duplicates ?? []).join(', ')],
      ]),
    ],
    { bom: true, record_delimiter: 'windows', escape_formulas: true },
  )
