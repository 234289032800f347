import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '#server/db/connection.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { aStage, evidenceActions } from '#test/ledger/evidence-actions.ts'
import { asTheService } from '#test/support/db.ts'
import { placedEntries } from '#test/support/ledger.ts'
import { failingAt } from './failing-at.ts'

const mostStatements = 200

const evidence = [
  ...['completions', 'completion_voids', 'certificates', 'certificate_files', 'certificate_status_changes'],
  ...['certificate_requests', 'certificate_request_ends', 'course_approvals', 'course_approval_decisions'],
  ...['assignments', 'contact_periods', 'leave_periods', 'outside_trainings', 'training_decisions', 'roles'],
  ...['review_states', 'review_findings', 'review_answers', 'notices', 'notice_emails'],
]

test.each(evidenceActions)(
  '$name: whichever statement fails, nothing is half written',
  { timeout: 600_000 },
  async ({ prepare }) => {
    const stage = await aStage()
    const { db } = stage.world
    const service = await asTheService()
    let failures = 0
    for (let n = 1; n <= mostStatements; n++) {
      const act = await prepare(stage, n % 2 ? 0 : 1)
      const before = await countRows(db)
      const fault = failingAt(n)
      await act(service.withPlugin(fault.plugin)).catch(() => {})
      if (!fault.wasHit()) break
      failures++
      const after = await countRows(db)
      // What fails after the transaction, such as noting that someone was active, leaves its rows whole.
      if (after.ledger_entries === before.ledger_entries) expect(after, `statement ${n}`).toEqual(before)
    }
    expect(failures).toBeGreaterThan(0)
    expect(failures).toBeLessThan(mostStatements)
    expect(checkLedger(await placedEntries(db), null)).toBeNull()
  },
)

async function countRows(db: Database): Promise<Readonly<Record<string, number>>> {
  const counts = [...evidence, 'ledger_entries'].map(
    (name) => sql`(select count(*)::int from ${sql.table(name)}) as ${sql.id(name)}`,
  )
  const { rows } = await sql<Record<string, number>>`select ${sql.join(counts)}`.execute(db)
  return rows[0]!
}
