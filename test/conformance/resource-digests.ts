import { isObject } from './data-model.ts'

/**
 * The digests of the resources that the server knows, without fetching any: the context of version 2 as the W3C has published
 * it, from July 2024 and since February 2025 (github.com/w3c/vc-data-model, contexts/credentials/v2, 8d0ee107 and 08b83e46).
 */
const known: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'https://www.w3.org/ns/credentials/v2',
    [
      'sha256-JKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k=',
      'sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg',
      'sha256-WZVc7WaX1h4D8rJVb+vlMIqxaEKEb1tYbX8fet7JJzQ=',
      'sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU',
    ],
  ],
])

/** Whether each digest of a resource is its own. What can't be checked is refused. */
export function isOwnDigest(resource: unknown): boolean {
  if (!isObject(resource) || typeof resource.id !== 'string') return false
  const { id, digestSRI, digestMultibase } = resource
  const own = ownDigests(id)
  return (
    (digestSRI === undefined || own.includes(String(digestSRI))) &&
    (digestMultibase === undefined ||
      own.some((digest) => multibases(digest).includes(String(digestMultibase))))
  )
}

/** An address that is a digest itself (RFC 6920), as in our certificates, needs no list. */
function ownDigests(id: string): readonly string[] {
  const [, named] = /^ni:\/\/\/sha-256;([A-Za-z0-9_-]{43})$/.exec(id) ?? []
  return named ? [`sha256-${Buffer.from(named, 'base64url').toString('base64')}`] : (known.get(id) ?? [])
}

/** The SHA-256 in base64url, alone as in the suite, or as a multihash as the standard has it. */
function multibases(digest: string): readonly string[] {
  if (!digest.startsWith('sha256-')) return []
  const bytes = Buffer.from(digest.slice('sha256-'.length), 'base64')
  return [bytes, Buffer.concat([Buffer.of(0x12, 0x20), bytes])].map((one) => `u${one.toString('base64url')}`)
}
