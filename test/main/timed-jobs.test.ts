import { expect, test } from 'vitest'
import { startTimedJobs } from '#server/timed-jobs.ts'
import { aWorld } from '#test/support/app.ts'
import { asTheService } from '#test/support/db.ts'

test('names that were tried against a certificate are deleted once they no longer count', async () => {
  const { db, app, config, clock } = await aWorld()
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
  await db
    .insertInto('failed_name_checks')
    .values([
      { token: 'recent', at: hoursAgo(0.5) },
      { token: 'old', at: hoursAgo(25) },
    ])
    .execute()
  const stop = startTimedJobs({
    db: await asTheService(),
    clock: () => clock.now,
    config,
    mail: null,
    log: app.log,
  })
  await stop()
  expect(await db.selectFrom('failed_name_checks').select('token').execute()).toEqual([{ token: 'recent' }])
})
