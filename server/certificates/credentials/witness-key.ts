import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { cosignedMessage, keyId, signatureLine } from '#server/ledger/signed-note.ts'

/** Cosigns as a witness (C2SP tlog-cosignature). Its key is another one than the one that signs certificates and heads. */
export type Witness = Readonly<{
  name: string
  verifierKey: string
  cosign: (body: string, at: Date) => string
}>

const ed25519Witness = 4
/** The bytes before the 32 of an Ed25519 key in PKCS #8. */
const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

export function witnessOf(site: string, seed: Buffer): Witness {
  const name = `${new URL(site).host}/witness`
  const key = createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' })
  const material = Buffer.concat([Buffer.of(ed25519Witness), rawKey(key)])
  const id = keyId(name, material)
  return {
    name,
    verifierKey: `${name}+${id.toString('hex')}+${material.toString('base64')}`,
    cosign(body, at) {
      const second = Math.floor(at.getTime() / 1000)
      const time = Buffer.alloc(8)
      time.writeBigUInt64BE(BigInt(second))
      const signature = sign(null, Buffer.from(cosignedMessage(body, second)), key)
      return signatureLine(name, id, Buffer.concat([time, signature]))
    },
  }
}

const rawKey = (key: KeyObject): Buffer =>
  Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url')
