import { rmSync } from 'node:fs'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { connect } from '#server/db/connection.ts'
import { runningUrl } from '#server/db/embedded.ts'
import { theCourses } from '#test/support/app.ts'
import { childrenOf, newFolder, postmasterOf, type Service, startService } from '#test/support/service.ts'
import { aboutToFinish, answerAll, checkKept } from '../../ops/drill/learners.ts'

const learners = 6
const pause = 60

const folder = newFolder()
let frozen: readonly number[] = []
let service: Service | undefined
const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
  for (const pid of frozen) process.kill(pid, name)
}
afterAll(async () => {
  signal('SIGCONT')
  service?.process.kill('SIGTERM')
  await service?.ended
  rmSync(folder, { recursive: true, force: true })
})

test('a database that stops for 10 s under load: pages say so with 503 and Retry-After, and then everything goes on', {
  timeout: 600_000,
}, async () => {
  // Less than the ten seconds, so that requests end while it is stopped.
  const patience = { DATABASE_CONNECTION_SECONDS: '2', DATABASE_STATEMENT_SECONDS: '2' }
  service = await startService({ DATA_DIR: folder, DEMO: 'no', ...patience })
  const { address } = service
  const { db } = connect(runningUrl(folder), 2)
  const course = theCourses().courses.get('residential-settings')!.current
  const people = await aboutToFinish(db, course, learners)
  const answering = answerAll(address, people, pause)
  await after(1000)

  const postmaster = postmasterOf(folder)!
  frozen = [postmaster, ...childrenOf(postmaster)]
  signal('SIGSTOP')
  const from = performance.now()
  const seen = []
  while (performance.now() - from < 10_000) {
    const answer = await fetch(`${address}/verify/${'a'.repeat(26)}`, { headers: { accept: 'text/html' } })
    seen.push({
      status: answer.status,
      retryAfter: answer.headers.get('retry-after'),
      page: await answer.text(),
    })
  }
  expect((await fetch(`${address}/healthz`)).status).toBe(200)
  expect((await fetch(`${address}/readyz`)).status).toBe(503)
  signal('SIGCONT')
  frozen = []

  expect(seen.length).toBeGreaterThan(0)
  for (const { status, retryAfter, page } of seen) {
    expect([status, retryAfter]).toEqual([503, '30'])
    expect(page).toMatch(/We can’t reach our records|We’re busy/)
  }
  const { acknowledged, again, longestSilence } = await answering
  await checkKept(db, acknowledged, learners)
  await expect.poll(async () => (await fetch(`${address}/readyz`)).status, { timeout: 60_000 }).toBe(200)
  expect(service.process.exitCode).toBeNull()
  await db.destroy()
  console.log(
    `10 s without a database: ${seen.length} pages with 503, ${acknowledged} answers acknowledged, 0 lost, 0 doubled; ${again} sent again; nothing acknowledged for ${longestSilence.toFixed(1)} s`,
  )
})
