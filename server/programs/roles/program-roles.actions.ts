import { randomUUID } from 'node:crypto'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { otherName, type Problem } from '#server/programs/form-problem.ts'
import { askOwners, listAskedFor } from '#server/programs/roster/changes/record-requests.actions.ts'
import { EmailTaken, retryIfEmailTaken } from '#server/programs/roster/changes/roster.actions.ts'
import { findKnownByEmail, lockProgramsOf } from '#server/programs/roster/employment/assignments.queries.ts'
import type { SecondPerson } from '#server/programs/second-person/second-people.queries.ts'
import { isSameName, reader, type Typed } from '#server/programs/typed-form.ts'
import { grantRole } from './granting.actions.ts'

/** The roles that an administrator gives on a program's page; a lead also makes other leads. */
export const programPosts = {
  supervisor: 'Supervisor',
  trainer: 'Trainer',
  program_admin: 'Program administrator',
  lead: 'License holder’s lead',
} as const

type GiveRoleAnswer =
  | { kind: 'granted'; name: string }
  | { kind: 'waiting'; name: string; confirmers: readonly SecondPerson[] }
  | { kind: 'problems'; problems: readonly Problem[] }
  | { kind: 'refused'; message: string }
  | { kind: 'not-found' }

/** Gives a role in this program to someone with an account, found by email, or to someone new. */
export const giveRoleHere = (
  db: Database,
  acting: Readonly<{ viewer: Viewer; now: Date }>,
  program: Readonly<{ id: string; holder_id: string }>,
  typed: Typed,
): Promise<GiveRoleAnswer> => retryIfEmailTaken(() => tryToGive(db, acting, program, typed))

async function tryToGive(
  db: Database,
  { viewer, now }: Readonly<{ viewer: Viewer; now: Date }>,
  { id: programId, holder_id }: Readonly<{ id: string; holder_id: string }>,
  typed: Typed,
): Promise<GiveRoleAnswer> {
  const form = reader(typed, dayOf(now))
  const name = form.line('name', 'Enter the person’s name.')
  const email = form.email('email')
  const post = form.choice('role', programPosts, 'Choose a role.')
  return writeEvidence(db, async (trx): Promise<GiveRoleAnswer> => {
    if (!(await lockProgramsOf(trx, viewer, [programId]))) return { kind: 'not-found' }
    const known = email ? await findKnownByEmail(trx, viewer, email) : undefined
    if (known && name && !isSameName(known.name, name)) form.refuse('name', otherName)
    if (!email || !post || form.problems.length > 0) return { kind: 'problems', problems: form.problems }
    const wanted = { name, email, programId, role: programPosts[post].toLowerCase() }
    const person = known ?? (await addPerson(trx, { viewer, now }, wanted))
    const grant =
      post === 'lead'
        ? ({ role: 'program_admin', program_id: null, holder_id } as const)
        : { role: post, program_id: programId, holder_id: null }
    const answer = await grantRole(trx, { viewer, now }, person, grant)
    switch (answer.kind) {
      case 'granted':
        return { kind: 'granted', name: person.name }
      case 'waiting':
        return { kind: 'waiting', name: person.name, confirmers: answer.confirmers }
      case 'own':
        return {
          kind: 'refused',
          message: 'You can’t give yourself a role. Ask another administrator of this program.',
        }
      default:
        return {
          kind: 'problems',
          problems: [{ field: 'role', message: refusals[answer.kind](person.name) }],
        }
    }
  })
}

/**
 * An account for someone new. If the email has an account that this viewer doesn't know, an empty one stands for them
 * and its owner is asked: the page doesn't tell which.
 */
async function addPerson(
  trx: EvidenceTransaction,
  { viewer, now }: Readonly<{ viewer: Viewer; now: Date }>,
  { name, email, programId, role }: Readonly<Record<'name' | 'email' | 'programId' | 'role', string>>,
) {
  const id = randomUUID()
  const asked = await listAskedFor(trx, [{ id, email, program_id: programId }])
  const address = asked.length > 0 ? { asked_email: email } : { email }
  const person = await trx
    .insertInto('people')
    .values({ id, name, ...address, created_by: viewer.id, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning(['id', 'name'])
    .executeTakeFirst()
  if (!person) throw new EmailTaken()
  await askOwners(trx, { viewer, now }, asked, role)
  return person
}

const refusals = {
  'has-it': (name: string) => `${name} already has this role here.`,
  'asked-already': (name: string) => `This role for ${name} already waits for a second person.`,
  'not-allowed': () => 'You can’t give this role. The license holder’s lead can.',
} as const
