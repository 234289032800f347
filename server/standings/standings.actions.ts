import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import type { Facts } from '#server/law/facts/facts.ts'
import type { Day } from '#server/lib/days.ts'
import { emit } from '#server/notices/webhooks/emit.actions.ts'
import { type Roster, workOfPeople } from '#server/programs/roster/employment/roster.queries.ts'
import { listInterpretations, listTrainings } from './facts.queries.ts'
import { personFacts } from './person-facts.ts'
import { settleNotices } from './reminders/settle.actions.ts'
import { rulesRevision } from './rules-revision.ts'
import {
  claimPasses,
  listAnswers,
  listStalePeople,
  type StoredAnswer,
  saveVerdicts,
  type Verdicts,
} from './stored.queries.ts'
import { verdictsOf } from './verdicts.ts'

/** The facts of any number of people, in three statements. */
export async function factsOfPeople(
  db: Database | Transaction<DB>,
  personIds: readonly string[],
  on: Day,
  asKnownOn: Day | null = null,
): Promise<Readonly<{ roster: Roster; facts: ReadonlyMap<string, Facts> }>> {
  const roster = await workOfPeople(db, personIds, on, asKnownOn)
  const trainings = new Map(
    (await listTrainings(db, personIds, asKnownOn)).map((one) => [one.person_id, one]),
  )
  const interpretations = await listInterpretations(
    db,
    roster.programs.map(({ program_id }) => program_id),
    asKnownOn,
  )
  const facts = new Map(
    personIds.map((id) => [id, personFacts(roster, id, trainings.get(id), interpretations)]),
  )
  return { roster, facts }
}

/**
 * Recalculates and stores people's verdicts: in the transaction that changed their facts, and every night for verdicts
 * that change with the date. The stored rows are a copy of the rules' results, never a second rule.
 */
export async function refreshStandings(
  trx: Transaction<DB>,
  personIds: readonly string[],
  today: Day,
): Promise<void> {
  // Always in the same order, so that two transactions can't deadlock.
  const ids = [...new Set(personIds)].sort()
  for (let from = 0; from < ids.length; from += atOnce)
    await refreshSome(trx, ids.slice(from, from + atOnce), today)
}

const atOnce = 500

async function refreshSome(trx: Transaction<DB>, personIds: readonly string[], today: Day): Promise<void> {
  await claimPasses(trx, personIds, today)
  const { facts } = await factsOfPeople(trx, personIds, today)
  const computed = personIds.flatMap((id) => {
    const known = facts.get(id)
    return known ? [verdictsOf(id, known, today)] : []
  })
  const before = await listAnswers(trx, personIds)
  const clearances = computed.flatMap((one) => one.clearances)
  await saveVerdicts(trx, personIds, {
    passes: computed.map(({ pass }) => ({ ...pass, ruleset: rulesRevision })),
    standings: computed.flatMap((one) => one.standings),
    clearances,
  })
  await emitChanges(trx, before, clearances)
  await settleNotices(trx, personIds, today)
}

/** Tells programs’ software of people whose answer changed. What is new is no change: there was no answer before. */
async function emitChanges(
  trx: Transaction<DB>,
  before: readonly StoredAnswer[],
  after: Verdicts['clearances'],
): Promise<void> {
  const answers = new Map(before.map((one) => [`${one.person_id} ${one.program_id}`, one.answer]))
  const changed = after.filter(({ person_id, program_id, answer }) => {
    const was = answers.get(`${person_id} ${program_id}`)
    return was !== undefined && was !== answer
  })
  await emit(
    trx,
    'clearance.changed',
    changed.map(({ person_id, program_id, answer, until_on, because }) => ({
      person_id,
      program_id,
      data: { answer, until: until_on, because },
    })),
    new Date(),
  )
}

/** The scheduled refresh: people whose verdict changed with the date since it was stored. Returns their number. */
export async function refreshStale(db: Database, today: Day): Promise<number> {
  let refreshed = 0
  for (;;) {
    const ids = await listStalePeople(db, today, rulesRevision, atOnce)
    if (ids.length === 0) return refreshed
    await db.transaction().execute((trx) => refreshStandings(trx, ids, today))
    refreshed += ids.length
  }
}
