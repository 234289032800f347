import { setTimeout as wait } from 'node:timers/promises'
import type { ResourceFile } from '#server/courses/catalogue/resource-parts.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { notifyAll } from '#server/notices/actions.ts'
import { listActive } from '#server/people/queries.ts'
import { askSite } from './asking-a-site.ts'
import { type LinkVerdict, linkVerdict } from './link-verdict.ts'
import { type KeptResource, keptResources, linksOf } from './resource-list.ts'
import { type LinkCheck, listLinkChecks, listResourceRecords } from './resources.queries.ts'

/** A run asks for so many links, one after the other. Those that were asked for longest ago come first. */
const mostLinks = 40
const daysBetweenChecks = 6

type Checking = Readonly<{
  allowsPrivate: boolean
  baseUrl: string
  signal: AbortSignal
  /** Between two requests, so that no site has to answer many at once. */
  pauseMilliseconds: number
}>

/** Asks whether the links of the Resources page still work, and tells administrators and reviewers of one that doesn't. */
export async function checkLinks(
  db: Database,
  file: ResourceFile,
  checking: Checking,
  now: Date,
): Promise<void> {
  const kept = keptResources(file, await listResourceRecords(db))
  const before = new Map((await listLinkChecks(db)).map((one) => [one.url, one]))
  const due = linksDue(linksOf(kept), before, now)
  const answers = await ask(due, checking)
  // If no site answers at all, the fault is on our side of the network.
  if (![...answers.values()].some(({ verdict, says }) => verdict === 'works' || /\d{3}/.test(says))) return
  await db.transaction().execute(async (trx) => {
    for (const [url, { verdict, says, moved_to }] of answers) {
      const failing_since = verdict === 'works' ? null : (before.get(url)?.failing_since ?? now)
      const row = { checked_at: now, verdict, says, moved_to, failing_since }
      await trx
        .insertInto('link_checks')
        .values({ url, ...row })
        .onConflict((conflict) => conflict.column('url').doUpdateSet(row))
        .execute()
    }
    const people = new Set([
      ...(await listActive(trx, 'reviewer')),
      ...(await listActive(trx, 'system_admin')),
    ])
    const broken = kept.filter(({ url, isListed }) => isListed && answers.get(url)?.verdict === 'broken')
    await notifyAll(
      trx,
      [...people].flatMap((person_id) => broken.map(noticeOf(person_id, before, now))),
    )
  })
}

const noticeOf =
  (person_id: string, before: ReadonlyMap<string, LinkCheck>, now: Date) =>
  ({ id, name, url }: KeptResource) => ({
    person_id,
    kind: 'link-broken' as const,
    facts: { resource: id, name },
    dedupe_key: `link-broken ${id} ${dayOf(before.get(url)?.failing_since ?? now)}`,
  })

function linksDue(
  links: readonly string[],
  before: ReadonlyMap<string, LinkCheck>,
  now: Date,
): readonly string[] {
  const dueAt = now.getTime() - daysBetweenChecks * 24 * 3600 * 1000
  const lastOf = (url: string) => before.get(url)?.checked_at.getTime() ?? 0
  return links
    .filter((url) => lastOf(url) <= dueAt || before.get(url)?.failing_since)
    .sort((a, b) => lastOf(a) - lastOf(b))
    .slice(0, mostLinks)
}

async function ask(links: readonly string[], checking: Checking): Promise<ReadonlyMap<string, LinkVerdict>> {
  const agent = `SafeHarborTraining-LinkCheck (+${checking.baseUrl})`
  const answers = new Map<string, LinkVerdict>()
  for (const url of links) {
    if (answers.size > 0) await wait(checking.pauseMilliseconds, undefined, { signal: checking.signal })
    answers.set(url, linkVerdict(await askSite(url, { ...checking, agent })))
  }
  return answers
}
