import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { issue } from './issued.ts'

/**
 * What Open Badges 3.0 requires of each class in a certificate's credential: its required parts, their
 * types and allowed values. Only `credentialStatus` follows the W3C's data model, which allows several.
 */
const text = { type: 'string' }
const address = { type: 'string', pattern: '^[a-z][a-z0-9+.-]*:\\S+$' }
const instant = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
}
const several = (items: object) => ({ type: 'array', minItems: 1, items })
const typed = (...names: readonly string[]) => ({
  type: 'array',
  minItems: 1,
  items: text,
  allOf: names.map((name) => ({ contains: { const: name } })),
})
const word = (...words: readonly string[]) => ({
  anyOf: [{ enum: words }, { type: 'string', pattern: '^ext:[A-Za-z0-9._-]+$' }],
})
const part = (required: readonly string[], properties: Record<string, object>, more = true) => ({
  type: 'object',
  required,
  properties,
  additionalProperties: more,
})

const identity = part(
  ['type', 'hashed', 'identityHash', 'identityType'],
  {
    type: { const: 'IdentityObject' },
    hashed: { type: 'boolean' },
    identityHash: text,
    identityType: word(
      'name',
      'sourcedId',
      'systemId',
      'userName',
      'accountId',
      'emailAddress',
      'identifier',
    ),
    salt: text,
  },
  false,
)
const resultDescription = part(['id', 'type', 'name', 'resultType'], {
  id: address,
  type: typed('ResultDescription'),
  name: text,
  resultType: word(
    'GradePointAverage',
    'LetterGrade',
    'Percent',
    'RawScore',
    'Result',
    'ScaledScore',
    'Status',
  ),
})
const achievement = part(['id', 'type', 'criteria', 'description', 'name'], {
  id: address,
  type: typed('Achievement'),
  criteria: part([], { id: address, narrative: text }),
  description: text,
  name: text,
  version: text,
  achievementType: word('Certificate', 'CertificateOfCompletion', 'Course', 'LearningProgram'),
  alignment: several(
    part(['type', 'targetName', 'targetUrl'], {
      type: typed('Alignment'),
      targetName: text,
      targetUrl: { type: 'string', pattern: '^https://' },
      targetType: word('CFItem', 'CTDL'),
    }),
  ),
  resultDescription: several(resultDescription),
})
const result = part(['type'], {
  type: typed('Result'),
  resultDescription: address,
  status: { enum: ['Completed', 'Enrolled', 'Failed', 'InProgress', 'OnHold', 'Provisional', 'Withdrew'] },
  value: text,
})
const openBadgeCredential = part(
  ['@context', 'id', 'type', 'name', 'credentialSubject', 'issuer', 'validFrom', 'proof'],
  {
    '@context': {
      type: 'array',
      prefixItems: [
        { const: 'https://www.w3.org/ns/credentials/v2' },
        {
          type: 'string',
          pattern: '^https://purl\\.imsglobal\\.org/spec/ob/v3p0/context-3\\.0\\.\\d+\\.json$',
        },
      ],
    },
    id: address,
    type: typed('VerifiableCredential', 'OpenBadgeCredential'),
    name: text,
    validFrom: instant,
    issuer: part(['id', 'type'], { id: address, type: typed('Profile'), name: text, url: address }),
    credentialSubject: {
      ...part(['type', 'achievement'], {
        type: typed('AchievementSubject'),
        achievement,
        identifier: several(identity),
        licenseNumber: text,
        activityEndDate: instant,
        creditsEarned: { type: 'number' },
        result: several(result),
      }),
      anyOf: [{ required: ['id'] }, { required: ['identifier'] }],
    },
    credentialStatus: several(
      part(['id', 'type'], { id: address, type: { const: 'BitstringStatusListEntry' } }),
    ),
    proof: part(['type', 'cryptosuite', 'proofPurpose', 'verificationMethod', 'proofValue'], {
      type: { const: 'DataIntegrityProof' },
      cryptosuite: { const: 'eddsa-rdfc-2022' },
      proofPurpose: { const: 'assertionMethod' },
      created: instant,
      verificationMethod: address,
      proofValue: { type: 'string', pattern: '^z' },
    }),
  },
)

const validate = new Ajv2020({ strict: false, allErrors: true }).compile(openBadgeCredential)

test('a certificate’s credential is a valid Open Badge 3.0', async () => {
  const { credential } = await issue()
  expect(validate(credential), JSON.stringify(validate.errors)).toBe(true)
  for (const left of ['id', 'name', 'issuer', 'validFrom', 'credentialSubject'] as const)
    expect(validate({ ...credential, [left]: undefined })).toBe(false)
})

test('each result matches a description in its achievement', async () => {
  const { credentialSubject: subject } = (await issue()).credential
  const described = new Map(subject.achievement.resultDescription.map((one) => [one.id, one]))
  expect(described.size).toBe(subject.achievement.resultDescription.length)
  for (const one of subject.result) {
    const { resultType } = described.get(one.resultDescription)!
    expect('status' in one).toBe(resultType === 'Status')
  }
})

test('its entries in the two status lists are random numbers below 131,072', async () => {
  const { randomIndex } = await import('#server/certificates/credentials/status-places.ts')
  const drawn = Array.from({ length: 4000 }, () => randomIndex())
  expect(drawn.every((index) => Number.isInteger(index) && index >= 0 && index < 131_072)).toBe(true)
  // Of 4,000 random entries out of 131,072, about 60 collide. In sequence, none would.
  expect(new Set(drawn).size).toBeGreaterThan(3800)
  const eighths = Array.from({ length: 8 }, (_, n) => drawn.filter((index) => index >> 14 === n).length)
  for (const count of eighths) expect(Math.abs(count - 500)).toBeLessThan(120)
})
