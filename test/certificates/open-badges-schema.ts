import { readFileSync } from 'node:fs'

/**
 * What Open Badges 3.0 requires of each class in a certificate's credential: its required parts, their types and allowed
 * values. Our own words: 1EdTech's license lets no one pass its JSON schema on. With `OPEN_BADGES_SCHEMA=FILE` the tests
 * use the published one instead (ob_v3p0_achievementcredential_schema.json).
 */
const text = { type: 'string' }
const address = { type: 'string', pattern: '^[a-z][a-z0-9+.-]*:\\S+$' }
const instant = { type: 'string', format: 'date-time' }
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
      items: [
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
    credentialStatus: part(['id', 'type'], { id: address, type: { const: 'BitstringStatusListEntry' } }),
    refreshService: part(['id', 'type'], { id: address, type: { const: '1EdTechCredentialRefresh' } }),
    proof: several(
      part(['type', 'cryptosuite', 'proofPurpose', 'verificationMethod', 'proofValue'], {
        type: { const: 'DataIntegrityProof' },
        cryptosuite: { const: 'eddsa-rdfc-2022' },
        proofPurpose: { const: 'assertionMethod' },
        created: instant,
        verificationMethod: address,
        proofValue: { type: 'string', pattern: '^z' },
      }),
    ),
  },
)

const published = process.env.OPEN_BADGES_SCHEMA

export const openBadgeSchema: object = published
  ? JSON.parse(readFileSync(published, 'utf8'))
  : { $schema: 'https://json-schema.org/draft/2019-09/schema', ...openBadgeCredential }
