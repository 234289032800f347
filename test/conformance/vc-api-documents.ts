import { contexts as credentialContexts } from '@digitalbazaar/credentials-context'
import { contexts as integrityContexts } from '@digitalbazaar/data-integrity-context'
import type { DocumentLoader } from '@digitalbazaar/vc'
import { offlineLoader } from '#server/certificates/credentials/contexts.ts'

const ours = offlineLoader({ keys: [] })
const examples = 'https://www.w3.org/ns/credentials/examples/v2'
const contexts = new Map<string, object>([
  ...credentialContexts,
  ...integrityContexts,
  [examples, { '@context': { '@vocab': 'https://www.w3.org/ns/credentials/examples#' } }],
])

/** The standards' contexts, from npm and never from the network, and any did:key, which is its own document. */
export const conformanceLoader: DocumentLoader = async (url) => {
  const answer = (document: object) => ({ contextUrl: null, documentUrl: url, document })
  const context = contexts.get(url)
  if (context) return answer(context)
  const [, did, key, fragment] = /^(did:key:(z6Mk[1-9A-HJ-NP-Za-km-z]{44}))(#\2)?$/.exec(url) ?? []
  if (!did || !key) return ours(url)
  const multikey = { id: `${did}#${key}`, type: 'Multikey', controller: did, publicKeyMultibase: key }
  const multikeyContext = 'https://w3id.org/security/multikey/v1'
  if (fragment) return answer({ '@context': multikeyContext, ...multikey })
  return answer({
    '@context': ['https://www.w3.org/ns/did/v1', multikeyContext],
    id: did,
    verificationMethod: [multikey],
    assertionMethod: [multikey.id],
    authentication: [multikey.id],
  })
}
