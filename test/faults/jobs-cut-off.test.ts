import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkLinks } from '#server/courses/resources/link-check.actions.ts'
import type { Database } from '#server/db/connection.ts'
import { sendAfterCare } from '#server/learning/after-care/after-care.actions.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import type { Viewer } from '#server/people/roles.ts'
import { createSessions } from '#server/people/sessions.ts'
import {
  checkPastTrainings,
  confirmPastTrainings,
  savePastTrainings,
  startPastTrainings,
} from '#server/training/past-trainings/past-trainings.actions.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'
import { placedEntries } from '#test/support/ledger.ts'
import { failingAt } from './failing-at.ts'

// Imports, packets, email and webhooks are killed with their process in workers-apart.test.ts.

const now = new Date('2026-11-23T18:00:00Z')
const mostStatements = 200
const attempt = { signal: new AbortController().signal, isLastTry: false }

let world: World
let rae: Viewer
const site = createServer((_request, response) => response.writeHead(404).end())
beforeAll(async () => {
  world = await aWorld({ now })
  const sessions = createSessions(world.db, { idleMinutes: 60, hours: 12 })
  rae = (await sessions.viewer(await sessions.create(await personId(world.db, 'rae@northstar.example'))))!
  await new Promise<void>((resolve) => void site.listen(0, '127.0.0.1', resolve))
})
afterAll(() => site.close())

type Work = (db: Database) => Promise<unknown>
/** Makes the n-th occasion for a job; returns the job and what it has left behind, each time the same. */
type Job = Readonly<{
  name: string
  occasion: (n: number) => Promise<Readonly<{ work: Work; left: () => Promise<unknown> }>>
  done: unknown
}>

const jobs: readonly Job[] = [
  { name: 'send-after-care', occasion: aCaseDue, done: { cases: 1, told: 1 } },
  { name: 'check-links', occasion: aBrokenLink, done: { checks: 1, told: 3 } },
  {
    name: 'check-past-trainings and record-past-trainings',
    occasion: aFile,
    done: { state: 'applied', rows: 1 },
  },
]

test.each(jobs)(
  '$name: cut off at any statement and run again, the work is done once',
  { timeout: 900_000 },
  async ({ occasion, done }) => {
    const service = await asTheService()
    let cuts = 0
    for (let n = 1; n <= mostStatements; n++) {
      const { work, left } = await occasion(n)
      const fault = failingAt(n)
      await work(service.withPlugin(fault.plugin)).catch(() => {})
      const wasCut = fault.wasHit()
      if (wasCut) await work(service)
      expect(await left(), `cut off at statement ${n}`).toEqual(done)
      if (!wasCut) break
      cuts++
    }
    expect(cuts).toBeGreaterThan(3)
    expect(cuts).toBeLessThan(mostStatements)
    expect(checkLedger(await placedEntries(world.db), null)).toBeNull()
  },
)

async function forget(kind: 'after-care' | 'link-broken'): Promise<void> {
  await world.db.deleteFrom('notice_emails').execute()
  await world.db.deleteFrom('notices').where('kind', '=', kind).execute()
}

const countNotices = async (kind: 'after-care' | 'link-broken') =>
  (await world.db.selectFrom('notices').select('id').where('kind', '=', kind).execute()).length

/** Mai finished a course three days ago and asked for cases. */
async function aCaseDue() {
  const { db } = world
  await db.deleteFrom('after_care_cases').execute()
  await forget('after-care')
  const { person_id, completed_on } = await db
    .selectFrom('completions')
    .innerJoin('people', 'people.id', 'completions.person_id')
    .select(['completions.person_id', 'completions.completed_on'])
    .where('email', '=', 'mai@northstar.example')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('after_care_consents')
    .values({ person_id, since: completed_on })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const due = new Date(`${completed_on}T18:00:00Z`)
  due.setUTCDate(due.getUTCDate() + 3)
  return {
    work: (service: Database) => sendAfterCare(service, world.catalogue, due),
    left: async () => ({
      cases: (await db.selectFrom('after_care_cases').select('id').execute()).length,
      told: await countNotices('after-care'),
    }),
  }
}

async function aBrokenLink() {
  const { db } = world
  await db.deleteFrom('link_checks').execute()
  await forget('link-broken')
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/gone`
  const { resources } = world.catalogue
  const linked = { ...resources, resources: [{ ...resources.resources[0]!, url }] }
  const checking = { allowsPrivate: true, baseUrl: 'http://127.0.0.1:3000', signal: attempt.signal }
  return {
    work: (service: Database) => checkLinks(service, linked, { ...checking, pauseMilliseconds: 0 }, now),
    left: async () => ({
      checks: (await db.selectFrom('link_checks').select('url').execute()).length,
      told: await countNotices('link-broken'),
    }),
  }
}

async function aFile(n: number) {
  const { db } = world
  const bytes = Buffer.from(
    `Email,Title,Provider,Completed on,Hours,About trafficking\nmai@northstar.example,Webinar ${n},Webinars Inc.,3/5/2025,2,no`,
  )
  const house = await programId(db, 'North Star House')
  const importId = await startPastTrainings(db, rae, house, { name: `past-${n}.csv`, bytes }, now)
  const job = { importId, personId: rae.id }
  return {
    work: async (service: Database) => {
      await checkPastTrainings(service, job, attempt, now)
      await confirmPastTrainings(db, rae, importId)
      await savePastTrainings(service, job, attempt, now)
    },
    left: async () => ({
      state: (
        await db
          .selectFrom('training_imports')
          .select('state')
          .where('id', '=', importId)
          .executeTakeFirstOrThrow()
      ).state,
      rows: (
        await db.selectFrom('outside_trainings').select('id').where('title', '=', `Webinar ${n}`).execute()
      ).length,
    }),
  }
}
