import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** The key that seals secrets which must be read again. It is kept beside the signing keys, outside the database. */
export type DataKey = () => Promise<Buffer>

const prefix = 'v1'

/** AES-256-GCM, bound to the person: a sealed secret opens in no one else's row. */
export function sealSecret(key: Buffer, personId: string, secret: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(personId))
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return [prefix, ...[iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join('.')
}

/** Null where another key sealed it, or it was sealed for another person, or not at all. */
export function openSecret(key: Buffer, personId: string, sealed: string): string | null {
  const [version, ...parts] = sealed.split('.')
  const [iv, tag, text] = parts.map((part) => Buffer.from(part, 'base64url'))
  if (version !== prefix || !iv || !tag || !text) return null
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
      .setAAD(Buffer.from(personId))
      .setAuthTag(tag)
    return decipher.update(text, undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return null
  }
}

export const isSealed = (secret: string): boolean => secret.startsWith(`${prefix}.`)
