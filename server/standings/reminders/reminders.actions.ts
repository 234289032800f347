import type { Kysely, Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type RequirementId, requirementOn } from '#server/law/facts/ruleset.ts'
import { type Day, dayOf, daysBetween, mondayOf } from '#server/lib/days.ts'
import { notify } from '#server/notices/actions.ts'
import type { NewNotice } from '#server/notices/kinds.ts'
import type { NotCleared } from '#server/notices/team-kinds.ts'
import { claimWeek } from '#server/notices/weekly.actions.ts'
import { openDate } from './open-date.ts'
import {
  listAdministrators,
  listOpenAlerts,
  listPeopleWithDates,
  listStandings,
  listSupervisorsOf,
  listWeeks,
  type PersonsStanding,
} from './reminders.queries.ts'
import { asksForSomething, type Escalation, remindedDaysAhead, reminderOf } from './reminders.ts'
import { settleNotices } from './settle.actions.ts'

/** Who is overdue with a requirement of their program's own, by program: in digests only, apart from the law's dates. */
type OwnOverdue = ReadonlyMap<string, readonly string[]>

/** Each morning: reminders to learners, alerts to supervisors, what has been open too long, and the week's digest. */
export async function sendReminders(
  db: Database,
  escalation: Escalation,
  now: Date,
  own: OwnOverdue = new Map(),
): Promise<void> {
  const today = dayOf(now)
  await remindLearners(db, today)
  await db.transaction().execute((trx) => settleNotices(trx, null, today))
  await db.transaction().execute((trx) => escalate(trx, escalation, today))
  await db.transaction().execute((trx) => sendDigests(trx, own, today))
}

const atOnce = 500

async function remindLearners(db: Database, today: Day): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const people = await listPeopleWithDates(db, today, Math.max(...remindedDaysAhead), after, atOnce)
    if (people.length === 0) return
    after = people.at(-1)!
    await db.transaction().execute(async (trx) => {
      for (const standing of await listStandings(trx, people)) {
        const notice = noticeOf(standing, today)
        if (notice) await notify(trx, notice)
      }
    })
  }
}

function noticeOf(standing: PersonsStanding, today: Day): NewNotice | null {
  const reminder = reminderOf(standing, today)
  if (!reminder) return null
  const { person_id, requirement } = standing
  const { dedupe_key } = reminder
  const { title } = requirementOn(requirement as RequirementId, today)
  if (reminder.kind === 'training-overdue')
    return {
      person_id,
      kind: reminder.kind,
      facts: { requirement, title, due_on: reminder.due_on },
      dedupe_key,
    }
  const { due_on, days } = reminder
  return { person_id, kind: reminder.kind, facts: { requirement, title, due_on, days }, dedupe_key }
}

/** What supervisors were alerted of and is still open goes to the program's administrators, then to the holder's. */
async function escalate(
  trx: Transaction<DB>,
  { administratorDays, holderDays }: Escalation,
  today: Day,
): Promise<void> {
  for (const alert of await listOpenAlerts(trx, null)) {
    if (alert.kind !== 'not-cleared') continue
    const facts = alert.facts as NotCleared
    const days = daysBetween(facts.on, today)
    for (const [after, of] of [
      [administratorDays, 'program'],
      [holderDays, 'holder'],
    ] as const) {
      if (days < after) continue
      for (const person_id of await listAdministrators(trx, facts.program_id, of))
        await notify(trx, {
          person_id,
          kind: 'not-cleared-long',
          facts: { ...facts, days },
          dedupe_key: `${alert.dedupe_key} after ${after}`,
        })
    }
  }
}

/** Once a week: on Monday, or on the first day after it on which the service runs. */
async function sendDigests(trx: Transaction<DB>, own: OwnOverdue, today: Day): Promise<void> {
  if (!(await claimWeek(trx, 'weekly-digest', today))) return
  const weeks = new Map((await listWeeks(trx, today, digested)).map((week) => [week.person_id, week]))
  const overdue = new Map<string, Set<string>>()
  for (const { program_id, person_id } of await listSupervisorsOf(trx, [...own.keys()], today))
    overdue.set(
      person_id,
      new Set(
        [...(overdue.get(person_id) ?? []), ...(own.get(program_id) ?? [])].filter(
          (one) => one !== person_id,
        ),
      ),
    )
  for (const person_id of new Set([...weeks.keys(), ...overdue.keys()])) {
    const { overdue: late, coming, cleared } = weeks.get(person_id) ?? { overdue: 0, coming: 0, cleared: 0 }
    const facts = { overdue: late, coming, cleared, own: overdue.get(person_id)?.size ?? 0 }
    if (facts.overdue + facts.coming + facts.cleared + facts.own === 0) continue
    await notify(trx, { person_id, kind: 'weekly-digest', facts, dedupe_key: `digest ${mondayOf(today)}` })
  }
}

const digested = { overdue: ['overdue', 'not_cleared'], coming: ['due_soon'] }

type RemindResult = { kind: 'sent' } | { kind: 'sent-today' } | { kind: 'nothing-due' }

type Supervisor = Readonly<{ name: string; supervised_program_ids: readonly string[] }>

/** What a person has still to do in a supervisor's programs, so that a reminder has something to say. */
export const listOpenStandings = async (
  db: Kysely<DB>,
  { supervised_program_ids }: Pick<Supervisor, 'supervised_program_ids'>,
  personId: string,
  today: Day,
): Promise<readonly PersonsStanding[]> =>
  (await listStandings(db, [personId])).filter(
    (one) => supervised_program_ids.includes(one.program_id) && asksForSomething(one, today),
  )

/** A reminder from a supervisor, at most one a day for a person, no matter who sends it. */
export async function remindPerson(
  db: Database,
  from: Supervisor,
  personId: string,
  now: Date,
): Promise<RemindResult> {
  const today = dayOf(now)
  return db.transaction().execute(async (trx) => {
    const standings = await listOpenStandings(trx, from, personId, today)
    if (standings.length === 0) return { kind: 'nothing-due' }
    const [due_on = null] = standings.flatMap((one) => openDate(one) ?? []).sort()
    const written = await notify(trx, {
      person_id: personId,
      kind: 'supervisor-reminder',
      facts: { from: from.name, due_on },
      dedupe_key: `supervisor-reminder ${today}`,
    })
    return { kind: written ? 'sent' : 'sent-today' }
  })
}
