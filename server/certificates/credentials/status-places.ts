import { randomInt } from 'node:crypto'
import type { StatusEntries } from './credential.ts'
import { statusListLength } from './status-list.ts'

/** The two lists that an installation publishes. The standard calls supersession `message`. */
export type ListName = 'revocation' | 'supersession'

/** Only half of a list's entries are used, so that a certificate's entry reveals nothing about others. */
const certificatesOfList = statusListLength / 2

/** The list that holds the certificate with this count: 1 for the first 65,536. */
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
