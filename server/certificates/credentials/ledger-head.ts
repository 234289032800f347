import { createHash } from 'node:crypto'
import { from } from '@digitalbazaar/ed25519-multikey'
import { type Head, headBody, readHead } from '#server/ledger/heads.ts'
import { keyFault, type PublishedKey, type PublishedKeys, type SigningKey } from './keys.ts'

/** The name of the ledger in a head's first line: the site's address without its scheme. */
export const ledgerOrigin = (site: string): string => `${new URL(site).host}/ledger`

/** A head as a signed note: its body, an empty line, and the signature by the key that signs certificates. */
export async function signHead(head: Head, key: SigningKey): Promise<string> {
  const body = headBody(head)
  const pair = await from({
    type: 'Multikey',
    id: key.id,
    controller: key.controller,
    publicKeyMultibase: key.public_key_multibase,
    secretKeyMultibase: key.secret_key_multibase,
  })
  const signature = await pair.signer().sign({ data: Buffer.from(body) })
  const line = Buffer.concat([await keyHint(head.origin, key), signature]).toString('base64')
  return `${body}\n— ${head.origin} ${line}\n`
}

type OpenedHead = { kind: 'signed'; head: Head } | { kind: 'refused'; why: string }

/** Reads a note and verifies its signature with the published keys. */
export async function openHead(note: string, { keys }: PublishedKeys): Promise<OpenedHead> {
  const head = readHead(note)
  if (!head) return { kind: 'refused', why: 'It is not a signed head of a ledger.' }
  const signed = note
    .slice(note.indexOf('\n\n') + 2)
    .split('\n')
    .flatMap((line) => {
      const found = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line)
      if (!found || found[1] !== head.origin) return []
      const bytes = Buffer.from(found[2]!, 'base64')
      return bytes.toString('base64') === found[2] ? [bytes] : []
    })
  for (const key of keys) {
    const hint = await keyHint(head.origin, key)
    for (const bytes of signed) {
      if (!bytes.subarray(0, 4).equals(hint)) continue
      const pair = await publicPair(key)
      const isRight = await pair
        .verifier()
        .verify({ data: Buffer.from(headBody(head)), signature: bytes.subarray(4) })
      if (!isRight) return { kind: 'refused', why: 'Its signature does not match its content.' }
      const fault = keyFault(key, new Date(head.at))
      return fault === null ? { kind: 'signed', head } : { kind: 'refused', why: fault }
    }
  }
  return { kind: 'refused', why: 'It is signed with a key that we have not published.' }
}

/** The key in the form that tools for transparency logs are given. */
export async function verifierKey(name: string, key: PublishedKey): Promise<string> {
  const material = Buffer.concat([Buffer.of(ed25519), await rawKey(key)]).toString('base64')
  return `${name}+${(await keyHint(name, key)).toString('hex')}+${material}`
}

const ed25519 = 1

/** The key ID of a signed note: four bytes of a hash over the name and the key. */
async function keyHint(name: string, key: PublishedKey): Promise<Buffer> {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(ed25519))
    .update(await rawKey(key))
    .digest()
    .subarray(0, 4)
}

async function rawKey(key: PublishedKey): Promise<Uint8Array> {
  return (await (await publicPair(key)).export({ publicKey: true, raw: true })).publicKey
}

const publicPair = (key: PublishedKey) =>
  from({
    type: 'Multikey',
    id: key.id,
    controller: key.controller,
    publicKeyMultibase: key.public_key_multibase,
  })
