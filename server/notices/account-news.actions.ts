import type { TellOwner } from '#server/people/account-news.ts'
import { notify } from './actions.ts'

/** Tells the owner of an account in their inbox and by email; their next page points to it. */
export const tellOwner: TellOwner = async (trx, person_id, { what, by, key }) => {
  await notify(trx, { person_id, kind: 'sign-in-changed', facts: { what, by }, dedupe_key: `${what} ${key}` })
}
