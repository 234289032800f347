import { type RawBuilder, sql } from 'kysely'
import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import type { Role } from '#server/people/roles.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import { moveWork } from '#server/programs/roster/changes/moved-work.actions.ts'

type Pair = Readonly<{ kept: string; merged: string }>
type By = Readonly<{ id: string; name: string; now: Date }>

/** Which rows changed hands in a merge, to give back exactly those. */
export type Moved = Readonly<{
  work: readonly string[]
  roles: readonly MovedRole[]
  rows: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>
}>

/** A role that ended with its account, and the one that the kept account got for it; null where it had that role already. */
type MovedRole = Readonly<{ from: string; to: string | null }>

/** What isn't evidence changes hands. What is evidence stays with its account and is read as the person's. */
export const moveHoldings = async (trx: EvidenceTransaction, pair: Pair, by: By): Promise<Moved> => ({
  work: await moveWork(trx, {
    from: pair.merged,
    to: pair.kept,
    by: by.id,
    reason: 'Two accounts of this person were merged',
    now: by.now,
  }),
  roles: await moveRoles(trx, pair, by),
  rows: await moveRows(trx, pair),
})

export async function giveBackHoldings(
  trx: EvidenceTransaction,
  pair: Pair,
  moved: Moved,
  by: By,
): Promise<void> {
  await moveWork(trx, {
    from: pair.kept,
    to: pair.merged,
    by: by.id,
    reason: 'The merge of two accounts was reversed',
    now: by.now,
    only: moved.work,
  })
  await giveBackRoles(trx, pair, moved.roles, by)
  await giveBackRows(trx, pair, moved.rows)
}

async function moveRoles(trx: EvidenceTransaction, pair: Pair, by: By): Promise<readonly MovedRole[]> {
  const ended = await trx
    .updateTable('roles')
    .set({ ended_at: by.now, ended_by: by.id })
    .where('person_id', '=', pair.merged)
    .where('ended_at', 'is', null)
    .returning(['id', 'role', 'program_id', 'holder_id', 'granted_by'])
    .execute()
  const moved: MovedRole[] = []
  for (const { id, granted_by, ...reach } of ended) {
    const facts = { ...reach, merged_into: pair.kept }
    trx.record({ kind: 'role-ended', actor_id: by.id, subject: `person:${pair.merged}`, facts, at: by.now })
    // No one gives a role to themselves, with another account either.
    const to = granted_by === pair.kept ? null : await copyRole(trx, id, pair.kept, by)
    moved.push({ from: id, to })
  }
  return moved
}

async function giveBackRoles(
  trx: EvidenceTransaction,
  pair: Pair,
  roles: readonly MovedRole[],
  by: By,
): Promise<void> {
  for (const { from, to } of roles) {
    if (to) {
      const ended = await trx
        .updateTable('roles')
        .set({ ended_at: by.now, ended_by: by.id })
        .where('id', '=', to)
        .where('ended_at', 'is', null)
        .returning(['role', 'program_id', 'holder_id'])
        .executeTakeFirst()
      // What was ended meanwhile stays ended.
      if (!ended) continue
      trx.record({
        kind: 'role-ended',
        actor_id: by.id,
        subject: `person:${pair.kept}`,
        facts: { ...ended, given_back_to: pair.merged },
        at: by.now,
      })
    }
    await copyRole(trx, from, pair.merged, by)
  }
}

/** Gives someone a role like another one: as given by the same person, by the same group, and last used that day. */
async function copyRole(trx: EvidenceTransaction, id: string, to: string, by: By): Promise<string | null> {
  const { rows } = await sql<{ id: string; role: Role; program_id: string | null; holder_id: string | null }>`
    insert into roles (person_id, role, program_id, holder_id, granted_at, granted_by)
    select ${to}, role, program_id, holder_id, ${by.now}, granted_by from roles where id = ${id}
    on conflict do nothing returning id, role, program_id, holder_id`.execute(trx)
  const given = rows[0]
  if (!given) return null
  await sql`insert into role_uses select ${given.id}, last_used_on from role_uses where role_id = ${id}`.execute(
    trx,
  )
  await sql`
    insert into group_role_grants select ${given.id}, group_role_id from group_role_grants where role_id = ${id}`.execute(
    trx,
  )
  const { id: roleId, ...facts } = given
  trx.record({
    kind: 'role-granted',
    actor_id: by.id,
    subject: `person:${to}`,
    facts: { ...facts, from_merge: true },
    at: by.now,
  })
  await tellOfRole(trx, { ...given, id: roleId, person_id: to, change: 'granted', by }, by.now)
  return roleId
}

/** Rows that name an account and aren't evidence: their key, and what a person has only once. */
const movable: readonly Readonly<{
  table: string
  key: readonly string[]
  once: readonly string[]
  /** The rows in question, of a table with an alias. */
  which?: (row: string) => RawBuilder<unknown>
}>[] = [
  { table: 'employee_ids', key: ['program_id', 'employee_id'], once: ['program_id'] },
  { table: 'sign_in_subjects', key: ['issuer', 'subject'], once: ['issuer'] },
  { table: 'scim_users', key: ['connection_id'], once: ['connection_id'] },
  { table: 'scim_group_members', key: ['group_id'], once: ['group_id'] },
  { table: 'notices', key: ['id'], once: ['dedupe_key'] },
  { table: 'lesson_notes', key: ['id'], once: ['id'] },
  { table: 'bookmarks', key: ['course', 'module', 'lesson'], once: ['course', 'module', 'lesson'] },
  { table: 'team_views', key: ['id'], once: ['name'] },
  {
    table: 'lesson_highlights',
    key: ['id'],
    once: ['course', 'module', 'lesson', 'paragraph', 'start', 'quote'],
  },
  { table: 'saved_words', key: ['word'], once: ['word'] },
  { table: 'deputies', key: ['id'], once: ['id'] },
  {
    table: 'calendar_feeds',
    key: ['id'],
    once: ['scope'],
    which: (row) => sql`${sql.ref(`${row}.ended_at`)} is null`,
  },
  {
    table: 'record_requests',
    key: ['id'],
    once: ['id'],
    which: (row) => sql`${sql.ref(`${row}.outcome`)} is null`,
  },
  {
    table: 'second_person_requests',
    key: ['id'],
    once: ['id'],
    which: (row) => sql`${sql.ref(`${row}.outcome`)} is null`,
  },
]

async function moveRows(trx: EvidenceTransaction, { kept, merged }: Pair): Promise<Moved['rows']> {
  const moved: Record<string, readonly Record<string, string>[]> = {}
  for (const { table, key, once, which = () => sql`true` } of movable) {
    const isSame = sql.join(
      once.map((column) => sql`own.${sql.ref(column)} = t.${sql.ref(column)}`),
      sql` and `,
    )
    const deputy = table === 'deputies' ? sql`and t.deputy_id <> ${kept}` : sql``
    const { rows } = await sql<Record<string, string>>`
      update ${sql.table(table)} t set person_id = ${kept} where t.person_id = ${merged} and ${which('t')} ${deputy}
        and not exists (select from ${sql.table(table)} own where own.person_id = ${kept} and ${isSame} and ${which('own')})
      returning ${sql.join(key.map((column) => sql`t.${sql.ref(column)}`))}`.execute(trx)
    if (rows.length > 0) moved[table] = rows
  }
  return moved
}

async function giveBackRows(
  trx: EvidenceTransaction,
  { kept, merged }: Pair,
  rows: Moved['rows'],
): Promise<void> {
  for (const { table, key } of movable) {
    if (!rows[table]) continue
    const isOne = sql.join(
      key.map((column) => sql`t.${sql.ref(column)}::text = one ->> ${column}`),
      sql` and `,
    )
    await sql`
      update ${sql.table(table)} t set person_id = ${merged}
      from jsonb_array_elements(${JSON.stringify(rows[table])}::jsonb) one
      where t.person_id = ${kept} and ${isOne}`.execute(trx)
  }
}
