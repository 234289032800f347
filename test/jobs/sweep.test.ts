import { expect, test } from 'vitest'
import { jobHandlers } from '#server/job-handlers.ts'
import { aWorld } from '#test/support/app.ts'
import { asTheService, serviceUrl } from '#test/support/db.ts'

test('old failed name checks are deleted', async () => {
  const { db, catalogue, config, clock } = await aWorld()
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
  await db
    .insertInto('failed_name_checks')
    .values([
      { token: 'recent', at: hoursAgo(0.5) },
      { token: 'old', at: hoursAgo(25) },
    ])
    .execute()
  const handlers = jobHandlers({
    db: await asTheService(),
    databaseUrl: await serviceUrl(),
    clock: () => clock.now,
    catalogue,
    config,
    mail: null,
  })
  await handlers['sweep-sign-ins']({})
  expect(await db.selectFrom('failed_name_checks').select('token').execute()).toEqual([{ token: 'recent' }])
})
