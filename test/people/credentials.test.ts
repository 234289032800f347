import { randomBytes } from 'node:crypto'
import { generate } from 'otplib'
import { expect, test } from 'vitest'
import { hashPassword, passwordProblem } from '#server/people/passwords.ts'
import { openSecret, sealSecret } from '#server/people/sealed-secret.ts'
import { newRecoveryCodes, stepOfCode } from '#server/people/sign-in/authenticator.ts'

test('a password may have any characters and 256 of them, with no rule of capitals, digits or signs', async () => {
  for (const password of [
    'copper teapot under nine maples',
    '鉛筆と三毛猫が屋根の上で静かに歌う夜',
    ` ${randomBytes(127).toString('hex')} `,
  ])
    expect(await passwordProblem(password, []), password).toBeNull()
  expect(await passwordProblem(randomBytes(129).toString('hex'), [])).toContain('256')
})

test('a password is kept by argon2id with 19 MiB and two passes, each time with a salt of its own', async () => {
  const kept = await Promise.all([1, 2].map(() => hashPassword('copper teapot under nine maples')))
  for (const hash of kept) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(kept[0]).not.toBe(kept[1])
})

test('each recovery code has ten random letters out of 31', () => {
  const codes = Array.from({ length: 50 }, newRecoveryCodes).flat()
  expect(new Set(codes).size).toBe(500)
  expect(codes.every((code) => /^[a-hjkmnp-z2-9]{5}-[a-hjkmnp-z2-9]{5}$/.test(code))).toBe(true)
  expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(31)
})

test('a code of an authenticator app ends with its step and the one after', async () => {
  const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
  const now = new Date('2026-11-30T12:00:00Z')
  const code = await generate({ secret, epoch: now.getTime() / 1000 })
  const readAfter = (seconds: number) => stepOfCode(secret, 0, code, new Date(now.getTime() + seconds * 1000))
  expect(await readAfter(0)).not.toBeNull()
  expect(await readAfter(30)).not.toBeNull()
  expect(await readAfter(90)).toBeNull()
})

test('a sealed secret differs each time, and doesn’t open with another key, for another person or with a changed letter', () => {
  const key = randomBytes(32)
  const sealed = sealSecret(key, 'ada', 'JBSWY3DP')
  expect(sealSecret(key, 'ada', 'JBSWY3DP')).not.toBe(sealed)
  expect(openSecret(key, 'ada', sealed)).toBe('JBSWY3DP')
  expect(openSecret(randomBytes(32), 'ada', sealed)).toBeNull()
  expect(openSecret(key, 'theo', sealed)).toBeNull()
  const parts = sealed.split('.')
  for (let n = 1; n < parts.length; n++) {
    const bytes = Buffer.from(parts[n]!, 'base64url')
    bytes[0]! ^= 1
    expect(openSecret(key, 'ada', parts.with(n, bytes.toString('base64url')).join('.'))).toBeNull()
  }
})
