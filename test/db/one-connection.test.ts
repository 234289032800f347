import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Database } from '#server/db/connection.ts'
import { aStage, evidenceActions, type Stage } from '#test/ledger/evidence-actions.ts'
import { serviceUrl } from '#test/support/db.ts'

describe('with a single database connection', () => {
  let db: Database
  let stage: Stage

  beforeAll(async () => {
    db = connect(await serviceUrl(), 1, { connectionSeconds: 5 }).db
    stage = await aStage()
  })
  afterAll(() => db.destroy())

  test.each(evidenceActions)('$name needs no second connection', async ({ prepare }) => {
    const act = await prepare(stage, 0)
    expect(await act(db)).toBeGreaterThan(0)
  })
})
