import Type, { type Static, type TProperties } from 'typebox'
import Value from 'typebox/value'
import { credentialsV2, openBadgesExtensions, openBadgesV3 } from './contexts.ts'

const closed = <T extends TProperties>(properties: T) =>
  Type.Object(properties, { additionalProperties: false })
const one = <const T extends string>(value: T) => Type.Tuple([Type.Literal(value)])
const text = Type.String({ minLength: 1 })
const address = Type.String({ pattern: '^https?://[^\\s"<>]+$' })
const did = Type.String({ pattern: '^did:web:[A-Za-z0-9.%-]+$' })
const instant = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z$' })
const day = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' })
/** An address made from the content's SHA-256 (RFC 6920). */
const contentId = Type.String({ pattern: '^ni:///sha-256;[A-Za-z0-9_-]{43}$' })
const listIndex = Type.String({ pattern: '^(0|[1-9]\\d{0,8})$' })

const plainName = closed({
  type: Type.Literal('IdentityObject'),
  hashed: Type.Literal(false),
  identityHash: text,
  identityType: Type.Literal('name'),
})

const hashedHolder = closed({
  type: Type.Literal('IdentityObject'),
  hashed: Type.Literal(true),
  identityHash: Type.String({ pattern: '^sha256\\$[0-9a-f]{64}$' }),
  identityType: Type.Literal('systemId'),
  salt: text,
})

const revocation = closed({
  id: address,
  type: Type.Literal('BitstringStatusListEntry'),
  statusPurpose: Type.Literal('revocation'),
  statusListIndex: listIndex,
  statusListCredential: address,
})

const supersession = closed({
  id: address,
  type: Type.Literal('BitstringStatusListEntry'),
  statusPurpose: Type.Literal('message'),
  statusListIndex: listIndex,
  statusListCredential: address,
  statusSize: Type.Literal(1),
  statusMessage: Type.Tuple([
    closed({ status: Type.Literal('0x0'), message: Type.Literal('current') }),
    closed({ status: Type.Literal('0x1'), message: Type.Literal('superseded') }),
  ]),
})

const refreshService = closed({ id: address, type: Type.Literal('1EdTechCredentialRefresh') })

const shared = {
  id: address,
  type: Type.Tuple([Type.Literal('VerifiableCredential'), Type.Literal('OpenBadgeCredential')]),
  name: text,
  issuer: closed({ id: did, type: one('Profile'), name: text, url: address }),
  validFrom: instant,
  credentialSubject: closed({
    type: one('AchievementSubject'),
    identifier: Type.Tuple([plainName, hashedHolder]),
    licenseNumber: text,
    activityEndDate: instant,
    creditsEarned: Type.Number({ minimum: 0 }),
    achievement: closed({
      id: contentId,
      type: one('Achievement'),
      achievementType: Type.Literal('Course'),
      name: text,
      version: text,
      description: text,
      criteria: closed({ narrative: text }),
      alignment: Type.Tuple([
        closed({
          type: one('Alignment'),
          targetName: text,
          targetUrl: address,
          targetType: Type.Literal('ext:Statute'),
        }),
      ]),
      resultDescription: Type.Array(
        closed({
          id: address,
          type: one('ResultDescription'),
          name: text,
          resultType: Type.Union([Type.Literal('Status'), Type.Literal('ext:TrainingKind')]),
        }),
      ),
    }),
    result: Type.Array(
      Type.Union([
        closed({
          type: one('Result'),
          resultDescription: address,
          status: Type.Literal('Completed'),
          value: day,
        }),
        closed({
          type: one('Result'),
          resultDescription: address,
          value: Type.Union([Type.Literal('initial'), Type.Literal('annual'), Type.Literal('course')]),
        }),
      ]),
    ),
  }),
  relatedResource: Type.Tuple([
    closed({
      id: contentId,
      digestSRI: Type.String({ pattern: '^sha256-[A-Za-z0-9+/]{43}=$' }),
      mediaType: Type.Literal('application/pdf'),
    }),
  ]),
}

export const proofShape = closed({
  type: Type.Literal('DataIntegrityProof'),
  created: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' }),
  verificationMethod: text,
  cryptosuite: Type.Literal('eddsa-rdfc-2022'),
  proofPurpose: Type.Literal('assertionMethod'),
  // base58btc: each value has exactly one encoding.
  proofValue: Type.String({ pattern: '^z[1-9A-HJ-NP-Za-km-z]{64,88}$' }),
})

/** The exact shape of our credentials. Anything added or missing means that it isn't one of ours. */
const credentialShape = closed({
  '@context': Type.Tuple([
    Type.Literal(credentialsV2),
    Type.Literal(openBadgesV3),
    Type.Literal(openBadgesExtensions),
  ]),
  ...shared,
  credentialStatus: revocation,
  refreshService,
  proof: Type.Tuple([proofShape]),
})

/** The shape until November 2026. These certificates stay genuine. Open Badges' schema allows one status only. */
const earlierShape = closed({
  '@context': Type.Tuple([Type.Literal(credentialsV2), Type.Literal(openBadgesV3)]),
  ...shared,
  credentialStatus: Type.Tuple([revocation, supersession]),
  proof: proofShape,
})

export type Proof = Static<typeof proofShape>
type CurrentCredential = Static<typeof credentialShape>
type EarlierCredential = Static<typeof earlierShape>
export type Credential = CurrentCredential | EarlierCredential
export type UnsignedCredential = Omit<CurrentCredential, 'proof'> | Omit<EarlierCredential, 'proof'>

export const isCredential = (value: unknown): value is Credential =>
  Value.Check(credentialShape, value) || Value.Check(earlierShape, value)

export const proofOf = ({ proof }: Credential): Proof => (Array.isArray(proof) ? proof[0] : proof)
