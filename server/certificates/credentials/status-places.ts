import { randomInt } from 'node:crypto'
import type { StatusEntries } from './credential.ts'
import { statusListLength } from './status-list.ts'

/** The two lists that an installation publishes; of supersession the standard's own word is `message`. */
export type ListName = 'revocation' | 'supersession'

/** A list takes half as many certificates as it has places, so that where one stands tells nothing of the others. */
const certificatesOfList = statusListLength / 2

/** In which list the certificate of this count stands: 1 for the first 65,536. */
export const listOf = (count: number): number => Math.floor((count - 1) / certificatesOfList) + 1

export const randomIndex = (): number => randomInt(statusListLength)

/** The first list's address has no number. */
export const listUrl = (site: string, name: ListName, list: number): string =>
  `${site}/status/${name}${list === 1 ? '' : `/${list}`}`

export function statusEntries(
  site: string,
  places: Readonly<{ list: number; revocation_index: number; supersession_index: number }>,
): StatusEntries {
  const { list } = places
  return {
    revocation: { list_url: listUrl(site, 'revocation', list), index: places.revocation_index },
    supersession: { list_url: listUrl(site, 'supersession', list), index: places.supersession_index },
  }
}
