import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { BackupError } from './backup-file.ts'

// The file has the cost beside the salt, so that it can be raised later.
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }

type Sealed = Readonly<{ kdf: 'scrypt'; N: number; salt: string; iv: string; tag: string; text: string }>

/** Encrypts the key file with a passphrase: scrypt, then AES-256-GCM. */
export function sealKeys(text: string, passphrase: string): string {
  const salt = randomBytes(16)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, cost), iv)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const parts = { salt, iv, tag: cipher.getAuthTag(), text: sealed }
  const coded = Object.fromEntries(
    Object.entries(parts).map(([name, bytes]) => [name, bytes.toString('base64')]),
  )
  return JSON.stringify({ kdf: 'scrypt', N: cost.N, ...coded })
}

export function openSealedKeys(sealed: string, passphrase: string): string {
  const { N, ...coded } = JSON.parse(sealed) as Sealed
  const bytes = (name: 'salt' | 'iv' | 'tag' | 'text') => Buffer.from(coded[name], 'base64')
  if (N > cost.N * 8)
    throw new BackupError('The keys in the backup are not sealed as this version seals them.')
  const key = scryptSync(passphrase, bytes('salt'), 32, { ...cost, N, maxmem: 2048 * N })
  const decipher = createDecipheriv('aes-256-gcm', key, bytes('iv'), { authTagLength: 16 })
  decipher.setAuthTag(bytes('tag'))
  try {
    return decipher.update(bytes('text'), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    throw new BackupError('The passphrase does not open the keys in the backup.')
  }
}
