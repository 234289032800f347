import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { connect } from '#server/db/connection.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import { emptyDatabase, serviceUrl } from '#test/support/db.ts'
import { placedEntries } from '#test/support/ledger.ts'

const patience = { connectionSeconds: 10, statementSeconds: 30, lockSeconds: 10 }
const script = `
  import { connect } from '#server/db/connection.ts'
  import { recordEvidence } from '#server/ledger/actions.ts'
  import { startSequencer } from '#server/ledger/sequencer.actions.ts'
  const { db } = connect(process.argv[1], 2, ${JSON.stringify(patience)})
  startSequencer(db, { failed: () => {} })
  for (let n = 0; ; n++) {
    await recordEvidence(db, { kind: 'setting-changed', actor_id: null, subject: 'setting:other', facts: { n }, at: new Date() })
    process.stdout.write('.')
  }`

let other: ChildProcess | undefined
afterEach(() => other?.kill('SIGKILL'))

test('a process that freezes or is killed while it writes and places evidence delays the others by seconds, and loses nothing', {
  timeout: 600_000,
}, async () => {
  const owner = await emptyDatabase()
  const url = await serviceUrl()
  const { db } = connect(url, 4, patience)
  let slowest = 0
  let written = 0
  let acknowledged = 0
  for (let round = 0; round < 20; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, url], {
      cwd: path.join(import.meta.dirname, '../..'),
    })
    other = child
    child.stdout.on('data', (dots: Buffer) => {
      acknowledged += dots.length
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await after(50 + 37 * round)
    child.kill('SIGSTOP')
    const from = performance.now()
    for (let n = 0; n < 5; n++) {
      const entry = { actor_id: null, subject: 'setting:own', facts: { round, n }, at: new Date() }
      await recordEvidence(db, { kind: 'setting-changed', ...entry })
      written++
    }
    await placeEntries(db)
    slowest = Math.max(slowest, performance.now() - from)
    child.kill('SIGKILL')
  }
  const entries = await placedEntries(owner)
  expect(entries.filter(({ subject }) => subject === 'setting:own')).toHaveLength(written)
  const others = entries.filter(({ subject }) => subject === 'setting:other').length
  expect(others).toBeGreaterThanOrEqual(acknowledged)
  expect(others).toBeLessThanOrEqual(acknowledged + 40)
  expect(checkLedger(entries, null)).toBeNull()
  console.log(
    `20 freezes, ${written} entries written beside them, the slowest round ${Math.round(slowest)} ms`,
  )
  expect(slowest).toBeLessThan(9_000)
  await db.destroy()
})
