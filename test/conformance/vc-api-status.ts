import { publishedKeys, type SigningKey } from '#server/certificates/credentials/keys.ts'
import {
  newStatusList,
  statusIn,
  statusListCredential,
  withSet,
} from '#server/certificates/credentials/status-list.ts'
import { randomIndex } from '#server/certificates/credentials/status-places.ts'
import { type Fault, isObject, type Json, several } from './data-model.ts'

/** The server's one status list, signed and read with the product's own code. */
export function statusesAt(site: string, key: SigningKey, clock: () => Date) {
  const url = `${site}/status/revocation`
  const places = new Map<string, number>()
  let bits = newStatusList()

  const list = () => statusListCredential(bits, 'revocation', url, key, clock())

  async function faultOf(entry: unknown): Promise<readonly Fault[]> {
    if (!isObject(entry) || entry.type !== 'BitstringStatusListEntry') return []
    const index = Number(entry.statusListIndex)
    if (typeof entry.statusListIndex !== 'string' || !Number.isInteger(index) || index < 0)
      return [fault('MALFORMED_VALUE_ERROR', '"statusListIndex" is not a whole number as text.')]
    // Lists of others would have to be fetched.
    if (entry.statusListCredential !== url) return []
    const status = await statusIn(
      await list(),
      { list_url: url, index },
      'revocation',
      publishedKeys({ keys: [key] }),
    )
    if (status.kind === 'clear') return []
    return [fault('STATUS_VERIFICATION_ERROR', status.kind === 'unusable' ? status.why : 'It was revoked.')]
  }

  return {
    list,
    withEntry(credential: Json): Json {
      const index = randomIndex()
      if (typeof credential.id === 'string') places.set(credential.id, index)
      const credentialStatus = {
        id: `${url}#${index}`,
        type: 'BitstringStatusListEntry',
        statusPurpose: 'revocation',
        statusListIndex: String(index),
        statusListCredential: url,
      }
      return { ...credential, credentialStatus }
    },
    revoke(credentialId: string): boolean {
      const index = places.get(credentialId)
      if (index === undefined) return false
      bits = withSet(bits, index)
      return true
    },
    async faults({ credentialStatus }: Json): Promise<readonly Fault[]> {
      return (await Promise.all(several(credentialStatus).map(faultOf))).flat()
    },
  }
}

const fault = (kind: string, detail: string): Fault => ({
  type: `https://www.w3.org/ns/credentials/status-list#${kind}`,
  title: 'The status of the credential was not accepted',
  detail,
})
