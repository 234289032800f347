import { Ajv2019 } from 'ajv/dist/2019.js'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { issue } from './issued.ts'
import { openBadgeSchema } from './open-badges-schema.ts'

const ajv = new Ajv2019({ allErrors: true, strict: false })
addFormats.default(ajv)
const validate = ajv.compile(openBadgeSchema)

test('a certificate’s credential is a valid Open Badge 3.0', async () => {
  const { credential } = await issue()
  expect(validate(credential), JSON.stringify(validate.errors)).toBe(true)
  for (const left of ['id', 'issuer', 'validFrom', 'credentialSubject'] as const)
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

test('its entry in the status list is a random number below 131,072', async () => {
  const { randomIndex } = await import('#server/certificates/credentials/status-places.ts')
  const drawn = Array.from({ length: 4000 }, () => randomIndex())
  expect(drawn.every((index) => Number.isInteger(index) && index >= 0 && index < 131_072)).toBe(true)
  // Of 4,000 random entries out of 131,072, about 60 collide. In sequence, none would.
  expect(new Set(drawn).size).toBeGreaterThan(3800)
  const eighths = Array.from({ length: 8 }, (_, n) => drawn.filter((index) => index >> 14 === n).length)
  for (const count of eighths) expect(Math.abs(count - 500)).toBeLessThan(120)
})
