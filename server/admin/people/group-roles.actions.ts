import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { endGroupRole, followMapping } from '#server/people/group-roles.actions.ts'
import type { Role } from '#server/people/roles.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import type { Reach } from './role-forms.ts'

type Acting = Readonly<{ viewerId: string; now: Date }>

type NewGroupRole = Reach & Readonly<{ source: string; group_name: string; role: Role }>

/** A group gives a role from now on: a supervisor's at once, any other one when a second person has confirmed it. */
export const mapGroup = (db: Database, { viewerId, now }: Acting, mapping: NewGroupRole): Promise<void> =>
  writeEvidence(db, async (trx) => {
    const { id } = await trx
      .insertInto('group_roles')
      .values({ ...mapping, made_by: viewerId, made_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    note(trx, { viewerId, now }, id, { change: 'group-mapped', ...mapping })
    await followMapping(trx, id, { tellOfRole, now })
  })

/** Another system administrator than the one who made it confirms it. */
export const confirmGroupRole = (db: Database, { viewerId, now }: Acting, id: string): Promise<boolean> =>
  writeEvidence(db, async (trx) => {
    const asked = await trx
      .selectFrom('group_roles')
      .select(['made_by', 'made_at'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (!asked || (await whyNotTwoPeople(trx, asked.made_by, viewerId, { askedAt: asked.made_at, now })))
      return false
    const confirmed = await trx
      .updateTable('group_roles')
      .set({ confirmed_by: viewerId, confirmed_at: now })
      .where('id', '=', id)
      .where('made_by', '<>', viewerId)
      .where('confirmed_at', 'is', null)
      .where('ended_at', 'is', null)
      .returning(['group_name', 'role'])
      .executeTakeFirst()
    if (!confirmed) return false
    note(trx, { viewerId, now }, id, { change: 'group-mapping-confirmed', ...confirmed })
    await followMapping(trx, id, { tellOfRole, now })
    return true
  })

/** The mapping ends, and with it the roles that it gave. */
export const endMapping = (db: Database, { viewerId, now }: Acting, id: string): Promise<boolean> =>
  writeEvidence(db, async (trx) => {
    const ended = await trx
      .updateTable('group_roles')
      .set({ ended_at: now, ended_by: viewerId })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .returning(['group_name', 'role'])
      .executeTakeFirst()
    if (!ended) return false
    note(trx, { viewerId, now }, id, { change: 'group-mapping-ended', ...ended })
    await endGroupRole(trx, id, { tellOfRole, now })
    return true
  })

const note = (
  trx: EvidenceTransaction,
  { viewerId, now }: Acting,
  id: string,
  facts: Readonly<Record<string, unknown>>,
) => trx.record({ kind: 'setting-changed', actor_id: viewerId, subject: `group-role:${id}`, facts, at: now })
