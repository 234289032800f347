import type { Database } from '#server/db/connection.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { notify } from '#server/notices/actions.ts'
import type { NewNotice } from '#server/notices/kinds.ts'
import { reminderOf } from '#server/standings/reminders/reminders.ts'
import { listProgramFindings } from './program-findings.actions.ts'
import type { ProgramFinding } from './program-requirement.ts'
import { listActivePeople, listProgramsWithRequirements } from './program-requirements.queries.ts'

/**
 * Reminds people of what their programs ask beyond the law, on the same days before a date as the law's reminders.
 * Returns who is overdue, by program, for the weekly digest.
 */
export async function remindOfRequirements(
  db: Database,
  now: Date,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const today = dayOf(now)
  const overdue = new Map<string, readonly string[]>()
  for (const program of await listProgramsWithRequirements(db, today)) {
    const findings = await listProgramFindings(db, [program], { on: today, asKnownOn: null })
    const open = findings.filter(({ standing }) => standing === 'overdue' || standing === 'due_soon')
    const active = await listActivePeople(db, [...new Set(open.map(({ person_id }) => person_id))])
    await db.transaction().execute(async (trx) => {
      for (const finding of open) {
        const notice = active.has(finding.person_id) ? noticeOf(finding, today) : null
        if (notice) await notify(trx, notice)
      }
    })
    const late = open.filter(({ standing }) => standing === 'overdue').map(({ person_id }) => person_id)
    if (late.length > 0) overdue.set(program, [...new Set(late)])
  }
  return overdue
}

function noticeOf(finding: ProgramFinding, today: Day): NewNotice | null {
  const { person_id, requirement_id, title, program, standing, due_on, satisfied_on } = finding
  const reminder = reminderOf(
    { requirement: `program ${requirement_id}`, standing, due_on, satisfied_on },
    today,
  )
  if (!reminder) return null
  const { dedupe_key } = reminder
  const facts = { requirement_id, title, program, due_on: reminder.due_on }
  if (reminder.kind === 'training-overdue')
    return { person_id, kind: 'program-training-overdue', facts, dedupe_key }
  const { due_on: on, days } = reminder
  return { person_id, kind: 'program-training-due', facts: { ...facts, due_on: on, days }, dedupe_key }
}
