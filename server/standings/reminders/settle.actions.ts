import { createHash } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { endNotices, notify } from '#server/notices/actions.ts'
import { type NoticeFacts, remindingKinds } from '#server/notices/kinds.ts'
import type { Notice } from '#server/notices/queries.ts'
import type { NotCleared } from '#server/notices/team-kinds.ts'
import {
  listOpenAlerts,
  listOpenNotices,
  listStandings,
  listSupervisorsOf,
  listUncleared,
  type PersonsStanding,
  type Uncleared,
} from './reminders.queries.ts'
import { asksForSomething, isStillOpen } from './reminders.ts'

/**
 * After new verdicts of these people were stored: ends reminders that are moot, and alerts supervisors of anyone who has
 * direct contact and isn't cleared today or tomorrow. With null, looks at everyone in direct contact.
 */
export async function settleNotices(
  trx: Transaction<DB>,
  personIds: readonly string[] | null,
  today: Day,
): Promise<void> {
  if (personIds !== null) await endReminders(trx, personIds, today)
  const uncleared = await listUncleared(trx, personIds, today)
  const alerts = await listOpenAlerts(trx, personIds)
  const standing = personIds === null ? uncleared : await unclearedOf(trx, alerts, today)
  const settled = alerts.filter(({ facts }) => !isStillUncleared(facts as NotCleared, standing))
  await endNotices(
    trx,
    settled.map(({ id }) => id),
  )
  const open = alerts.filter((alert) => alert.kind === 'not-cleared' && !settled.includes(alert))
  if (uncleared.length > 0) await alertSupervisors(trx, uncleared, open, today)
}

async function endReminders(trx: Transaction<DB>, personIds: readonly string[], today: Day): Promise<void> {
  const reminders = await listOpenNotices(trx, personIds, remindingKinds)
  if (reminders.length === 0) return
  const standings = await listStandings(trx, personIds)
  const done = reminders.filter((reminder) => isReminderMoot(reminder, standings, today))
  await endNotices(
    trx,
    done.map(({ id }) => id),
  )
}

function isReminderMoot(notice: Notice, standings: readonly PersonsStanding[], today: Day): boolean {
  const own = standings.filter(({ person_id }) => person_id === notice.person_id)
  if (notice.kind === 'supervisor-reminder') return !own.some((one) => asksForSomething(one, today))
  const { requirement, due_on } = notice.facts as NoticeFacts['training-due' | 'training-overdue']
  return !own.some((one) => isStillOpen(one, requirement, due_on))
}

/** Asked once more just before an email is sent. */
export async function isMoot(trx: Transaction<DB>, notice: Notice, today: Day): Promise<boolean> {
  if (remindingKinds.some((kind) => kind === notice.kind))
    return isReminderMoot(notice, await listStandings(trx, [notice.person_id]), today)
  if (notice.kind !== 'not-cleared' && notice.kind !== 'not-cleared-long') return false
  return !isStillUncleared(notice.facts as NotCleared, await unclearedOf(trx, [notice], today))
}

const unclearedOf = (trx: Transaction<DB>, alerts: readonly Notice[], today: Day) =>
  listUncleared(
    trx,
    alerts.flatMap(({ facts }) => (facts as NotCleared).people.map(({ id }) => id)),
    today,
  )

const isStillUncleared = ({ program_id, people }: NotCleared, uncleared: readonly Uncleared[]): boolean =>
  uncleared.some((one) => one.program_id === program_id && people.some(({ id }) => id === one.person_id))

/** One alert to each supervisor for a program and day, of those they have not been alerted of. */
async function alertSupervisors(
  trx: Transaction<DB>,
  uncleared: readonly Uncleared[],
  open: readonly Notice[],
  today: Day,
): Promise<void> {
  const programIds = [...new Set(uncleared.map(({ program_id }) => program_id))]
  const supervisors = await listSupervisorsOf(trx, programIds, today)
  for (const { program_id, person_id } of supervisors) {
    const told = new Set(
      open
        .filter((alert) => alert.person_id === person_id)
        .flatMap(({ facts }) =>
          (facts as NotCleared).people.map(({ id }) => `${(facts as NotCleared).program_id} ${id}`),
        ),
    )
    const untold = uncleared.filter(
      (one) =>
        one.program_id === program_id &&
        one.person_id !== person_id &&
        !told.has(`${program_id} ${one.person_id}`),
    )
    for (const [on, some] of Map.groupBy(untold, (one) => one.on)) {
      const { program } = some[0]!
      const people = some.map((one) => ({ id: one.person_id, name: one.name }))
      await notify(trx, {
        person_id,
        kind: 'not-cleared',
        facts: { program_id, program, on, people },
        dedupe_key: `not-cleared ${program_id} ${on} ${hashOf(people.map(({ id }) => id))}`,
      })
    }
  }
}

const hashOf = (ids: readonly string[]) =>
  createHash('sha256').update(ids.join(' ')).digest('hex').slice(0, 32)
