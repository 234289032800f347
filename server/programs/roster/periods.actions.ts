import { randomUUID } from 'node:crypto'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { changedMeanwhile, saving } from './assignments.actions.ts'
import { findAssignment, findAssignmentOfSpell } from './assignments.queries.ts'
import { decideSpell, decideSpellCorrection, decideSpellEnd } from './period-forms.ts'
import type { SpellKind } from './periods.ts'
import { type Acting, changeRoster, ownRecord, type RosterAnswer } from './roster.actions.ts'

/** Direct contact begins, or a leave is recorded. */
export const startSpell = (
  db: Database,
  acting: Acting,
  programId: string,
  kind: SpellKind,
  assignmentId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(db, acting, [programId], async (trx) => {
    const assignment = (await findAssignment(trx, programId, assignmentId)) ?? notFound()
    if (assignment.person_id === acting.viewer.id) return ownRecord
    const decided = decideSpell(kind, typed, dayOf(acting.now), assignment, randomUUID())
    return saving(`${kind}-recorded`, assignment.person_id, decided)
  })

/** Gives direct contact or a leave its last day. */
export const endSpell = (
  db: Database,
  acting: Acting,
  programId: string,
  kind: SpellKind,
  spellId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(db, acting, [programId], async (trx) => {
    const assignment = (await findAssignmentOfSpell(trx, programId, kind, spellId)) ?? notFound()
    if (assignment.person_id === acting.viewer.id) return ownRecord
    const spell = assignment[kind].find(({ spell_id }) => spell_id === spellId) ?? notFound()
    const decided = decideSpellEnd(kind, typed, dayOf(acting.now), assignment, spell)
    return saving(`${kind}-ended`, assignment.person_id, decided)
  })

/** Puts right what is on record of direct contact or a leave, or takes it off. */
export const correctSpell = (
  db: Database,
  acting: Acting,
  programId: string,
  kind: SpellKind,
  spellId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(db, acting, [programId], async (trx) => {
    const assignment = (await findAssignmentOfSpell(trx, programId, kind, spellId)) ?? notFound()
    if (assignment.person_id === acting.viewer.id) return ownRecord
    const spell = assignment[kind].find(({ spell_id }) => spell_id === spellId) ?? notFound()
    if (typed.seen !== spell.row_id) return changedMeanwhile
    const decided = decideSpellCorrection(kind, typed, dayOf(acting.now), assignment, spell)
    return saving(`${kind}-corrected`, assignment.person_id, decided)
  })
