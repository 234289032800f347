import { describe, expect, test } from 'vitest'
import { factsOf, verdictOf, verifyPage } from '#server/certificates/certificates/verification-page.ts'
import { sample } from './sample.ts'

const endedAt = new Date('2027-05-01T12:00:00Z')
const correctedAt = new Date('2027-06-01T12:00:00Z')
const signedAt = new Date('2027-04-01T12:00:00Z')

const certificate = {
  facts: sample,
  token: sample.token,
  is_confidential: false,
  revoked_at: null,
  superseded_at: null,
  corrected_by: null,
} as never as NonNullable<Parameters<typeof verifyPage>[0]>
const confidential = { ...certificate, is_confidential: true }
const matched = { kind: 'match', typed: sample.person_name } as const
const correction = { number: 'SH-000124', issued_at: '2027-06-01' }
const place = { seq: 7, head_signed_at: signedAt }

describe('the verdict on a certificate', () => {
  test.each([
    ['valid', certificate],
    ['superseded', { ...certificate, superseded_at: correctedAt }],
    ['revoked', { ...certificate, revoked_at: endedAt }],
    ['revoked', { ...certificate, revoked_at: endedAt, superseded_at: correctedAt }],
    ['unknown', null],
  ] as const)('is %s', (verdict, row) => {
    expect(verdictOf(row)).toBe(verdict)
    expect(verifyPage(row, null).verdict).toBe(verdict)
  })

  test('comes with the day on which the certificate ended', () => {
    const replaced = { ...certificate, superseded_at: correctedAt }
    expect(verifyPage(certificate, null).ended_at).toBeNull()
    expect(verifyPage(null, null).ended_at).toBeNull()
    expect(verifyPage(replaced, null).ended_at).toBe(correctedAt)
    expect(verifyPage({ ...replaced, revoked_at: endedAt }, null).ended_at).toBe(endedAt)
  })
})

describe('the page for everyone', () => {
  test('shows the facts with the name masked, its place in the ledger and what corrects it', () => {
    const row = { ...certificate, corrected_by: correction }
    expect(verifyPage(row, null, place)).toEqual({
      title: 'Verify a certificate',
      robots: 'noindex',
      verdict: 'valid',
      answer: null,
      facts: factsOf(row, false),
      corrected_by: correction,
      place: { ...place, code: sample.token },
      ended_at: null,
    })
    expect(factsOf(row, false).name).toBe('A•• N••••••••')
    expect(verifyPage(row, null).place).toBeNull()
  })

  test('shows the name only once it was typed', () => {
    const wrong = { kind: 'mismatch', typed: 'Someone' } as never
    expect(verifyPage(certificate, wrong).facts?.name).toBe('A•• N••••••••')
    expect(verifyPage(certificate, matched).facts?.name).toBe('Ada Northwind')
    expect(verifyPage(certificate, matched).answer).toBe(matched)
  })

  test('knows nothing of an unknown code', () => {
    expect(verifyPage(null, null, place, true)).toMatchObject({
      verdict: 'unknown',
      facts: null,
      corrected_by: null,
      place: null,
      ended_at: null,
    })
  })
})

describe('of a person whose address is confidential', () => {
  test('the page says nothing until the name was typed', () => {
    const nothing = verifyPage(null, null)
    const ended = { ...confidential, revoked_at: endedAt }
    expect(verifyPage(confidential, null, place)).toEqual(nothing)
    expect(verifyPage(ended, null, place)).toEqual(nothing)
    expect(verifyPage(ended, null, place, true)).toEqual(nothing)
  })

  test('and then only the verdict', () => {
    const row = { ...confidential, revoked_at: endedAt, corrected_by: correction }
    expect(verifyPage(row, matched, place)).toMatchObject({
      verdict: 'revoked',
      facts: null,
      corrected_by: null,
      place: null,
      ended_at: endedAt,
    })
  })
})

test('of a record under review, the page says only that', () => {
  const ended = { ...certificate, revoked_at: endedAt }
  expect(verifyPage(ended, matched, place, true)).toMatchObject({
    verdict: 'under-review',
    facts: null,
    corrected_by: null,
    place: null,
    ended_at: null,
  })
  expect(verifyPage(confidential, matched, place, true).verdict).toBe('under-review')
})

test('the facts are those on the certificate', () => {
  expect(factsOf(certificate, true)).toEqual({
    name: 'Ada Northwind',
    number: sample.certificate_number,
    course: sample.course_title,
    version: sample.course_version,
    completed_on: sample.completed_on,
    issued_at: sample.issued_at,
    hours: sample.hours,
    modules: sample.modules.length,
    statute: sample.statute,
    approval: sample.approval,
    issuer: sample.issuer_name,
    note: sample.note,
  })
})
