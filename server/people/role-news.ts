import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import type { Reach, Role } from './roles.ts'

/** A role that began or ended without anyone's page for it: by a group, a directory, a closed account or a command. */
type RoleNews = Reach &
  Readonly<{
    id: string
    person_id: string
    role: Role
    change: 'granted' | 'ended'
    /** Who or what did it, as the message says it. */
    by: Readonly<{ id: string | null; name: string }>
  }>

/** Tells the person and the administrators of the scope. Written in a room above, so this is handed down. */
export type TellOfRole = (trx: EvidenceTransaction, news: RoleNews, now: Date) => Promise<void>
