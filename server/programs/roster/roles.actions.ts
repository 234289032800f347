import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { otherName } from '#server/programs/form-problem.ts'
import { isSameName, reader, type Typed } from '#server/programs/typed-form.ts'
import { findPersonByEmail, lockProgramsOf } from './assignments.queries.ts'
import { type Actor, EmailTaken, type RosterAnswer, retryIfEmailTaken } from './roster.actions.ts'

/** The roles that a program administrator can give in their programs. */
export const grantableRoles = {
  supervisor: 'Supervisor',
  program_admin: 'Program administrator',
} as const

/** Gives a role in this program to someone with an account, found by email, or to someone new. */
export const grantRole = (
  db: Database,
  acting: Actor,
  programId: string,
  typed: Typed,
): Promise<RosterAnswer> => retryIfEmailTaken(() => tryToGrantRole(db, acting, programId, typed))

async function tryToGrantRole(
  db: Database,
  { viewer, now }: Actor,
  programId: string,
  typed: Typed,
): Promise<RosterAnswer> {
  const form = reader(typed, dayOf(now))
  const name = form.line('name', 'Enter the person’s name.')
  const email = form.email('email')
  const role = form.choice('role', grantableRoles, 'Choose a role.')
  return writeEvidence(db, async (trx): Promise<RosterAnswer> => {
    if (!(await lockProgramsOf(trx, viewer, [programId]))) return { kind: 'not-found' }
    const known = email ? await findPersonByEmail(trx, email) : undefined
    if (known?.id === viewer.id)
      return {
        kind: 'refused',
        message: 'You can’t give yourself a role. Ask another administrator of this program.',
      }
    if (known && name && !isSameName(known.name, name)) form.refuse('name', otherName)
    if (!email || !role || form.problems.length > 0) return { kind: 'problems', problems: form.problems }
    const personId = known?.id ?? randomUUID()
    if (!known) {
      const made = await trx
        .insertInto('people')
        .values({ id: personId, name, email })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst()
      if (!made) throw new EmailTaken()
    }
    const granted = await trx
      .insertInto('roles')
      .values({ person_id: personId, role, program_id: programId, granted_by: viewer.id, granted_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!granted)
      return {
        kind: 'problems',
        problems: [{ field: 'role', message: `${name} already has this role here.` }],
      }
    trx.record({
      kind: 'role-granted',
      actor_id: viewer.id,
      subject: `person:${personId}`,
      facts: { role, program_id: programId },
      at: now,
    })
    return { kind: 'done', personId }
  })
}

/** Ends a role in this program. A role for all of a license holder's programs can't be ended here. */
export function endRole(
  db: Database,
  { viewer, now }: Actor,
  programId: string,
  roleId: string,
): Promise<RosterAnswer> {
  return writeEvidence(db, async (trx): Promise<RosterAnswer> => {
    if (!(await lockProgramsOf(trx, viewer, [programId]))) return { kind: 'not-found' }
    const role = await trx
      .selectFrom('roles')
      .select(['id', 'person_id', 'role'])
      .where('id', '=', roleId)
      .where('program_id', '=', programId)
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    if (!role) return { kind: 'not-found' }
    if (role.person_id === viewer.id)
      return {
        kind: 'refused',
        message: 'You can’t end your own role. Ask another administrator of this program.',
      }
    await trx
      .updateTable('roles')
      .set({ ended_at: sql`${now}`, ended_by: viewer.id })
      .where('id', '=', role.id)
      .execute()
    trx.record({
      kind: 'role-ended',
      actor_id: viewer.id,
      subject: `person:${role.person_id}`,
      facts: { role: role.role, program_id: programId },
      at: now,
    })
    return { kind: 'done', personId: role.person_id }
  })
}
