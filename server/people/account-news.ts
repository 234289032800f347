import type { EvidenceTransaction } from '#server/ledger/actions.ts'

/** What the owner of an account hears about how it is signed in to. */
export type AccountNews =
  | 'code-made'
  | 'code-confirmed'
  | 'code-used'
  | 'password-set'
  | 'email-requested'
  | 'provider-linked'
  | 'accounts-merged'
  | 'accounts-separated'

/** Tells the owner on every channel they have. Messages are written in a room above, so this is handed down. */
export type TellOwner = (
  trx: EvidenceTransaction,
  personId: string,
  news: Readonly<{ what: AccountNews; by: string | null; key: string }>,
) => Promise<void>
