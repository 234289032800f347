import { randomInt } from 'node:crypto'
import type { StatusEntries } from './credential.ts'
import { statusListLength } from './status-list.ts'

/**
 * The two lists that an installation publishes. The standard calls supersession `message`. Only certificates until
 * November 2026 have an entry in it.
 */
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
  { list, revocation_index }: Readonly<{ list: number; revocation_index: number }>,
): StatusEntries {
  return {
    revocation: { list_url: listUrl(site, 'revocation', list), index: revocation_index },
    supersession: null,
  }
}
