import { rmSync } from 'node:fs'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { connect } from '#server/db/connection.ts'
import { runningUrl } from '#server/db/embedded.ts'
import { theCourses } from '#test/support/app.ts'
import { freePort } from '#test/support/browser.ts'
import { killAll, newFolder, postmasterOf, type Service, startService } from '#test/support/service.ts'
import { aboutToFinish, answerAll, checkKept } from '../../ops/drill/learners.ts'

const rounds = Number(process.env.KILLS ?? 200)
const victims = ['both', 'the service', 'the database'] as const
const learners = 6
/** Milliseconds between two answers of one learner, on average: a round of answers takes about a second. */
const pause = 60

const folder = newFolder()
let running: Service | undefined
afterAll(async () => {
  running?.process.kill('SIGTERM')
  await running?.ended
  rmSync(folder, { recursive: true, force: true })
})

test('whatever is killed while learners answer and finish, each answer and certificate is there once', {
  timeout: 120_000 + rounds * 120_000,
}, async () => {
  // The address stays, as it does for people.
  const settings = { DATA_DIR: folder, DEMO: 'no', PORT: String(await freePort()) }
  const course = theCourses().courses.get('residential-settings')!.current
  const told = { answers: 0, again: 0, longest: 0 }
  running = await startService(settings)
  for (let round = 1; round <= rounds; round++) {
    const { address, process, ended } = running
    const people = await inDatabase((db) => aboutToFinish(db, course, learners))
    const answering = answerAll(address, people, pause)
    await after(1000 * Math.random())
    const victim = victims[round % victims.length]
    const postmaster = postmasterOf(folder)!
    if (victim !== 'the database') process.kill('SIGKILL')
    if (victim !== 'the service') killAll(postmaster)
    // Without its database, the service ends too.
    await ended
    running = await startService(settings)
    const { acknowledged, again, longestSilence } = await answering
    told.answers += acknowledged
    told.again += again
    told.longest = Math.max(told.longest, longestSilence)
    await inDatabase((db) => checkKept(db, told.answers, round * learners))
    if (round % 10 === 0) console.log(`${round} kills: ${JSON.stringify(told)}`)
  }
  expect(told.answers).toBeGreaterThan(rounds * learners)
  console.log(
    `${rounds} kills: ${told.answers} answers acknowledged, ${rounds * learners} certificates, 0 lost, 0 doubled; ${told.again} sent again; nothing acknowledged for at most ${told.longest.toFixed(1)} s`,
  )
})

async function inDatabase<T>(work: (db: ReturnType<typeof connect>['db']) => Promise<T>): Promise<T> {
  const { db } = connect(runningUrl(folder), 2)
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}
