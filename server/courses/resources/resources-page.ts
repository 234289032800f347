import type { SupportLine } from '#server/courses/catalogue/course-parts.ts'
import type { ResourceFile } from '#server/courses/catalogue/resource-parts.ts'
import { addDays, type Day } from '#server/lib/days.ts'
import { mapShapes, mapSize } from './region-map.ts'
import type { KeptResource } from './resource-list.ts'
import type { LinkCheck } from './resources.queries.ts'

const daysUntilOld = 180

const notConfirmed = {
  V: '',
  V2: 'Seen at second hand. Confirm it before you rely on it.',
  U: 'Not confirmed with its own source. Confirm it before you rely on it.',
} as const

/** The public page: the groups with their entries, and the regions with theirs. */
export function resourcesPage(
  { groups, regions }: ResourceFile,
  kept: readonly KeptResource[],
  ownLines: readonly SupportLine[],
) {
  const listed = kept
    .filter(({ isListed }) => isListed)
    .map((one) => ({ ...one, caution: notConfirmed[one.status] }))
  const byRegion = regions.map((region) => ({
    ...region,
    entries: listed.filter((one) => one.regions.includes(region.id)),
  }))
  const counts = new Map(byRegion.map(({ id, entries }) => [id, entries.length]))
  return {
    title: 'Resources',
    groups: groups
      .map((group) => ({ ...group, entries: listed.filter((one) => one.group === group.id) }))
      .filter(({ entries }) => entries.length > 0),
    byRegion,
    ownLines,
    map: { ...mapSize, shapes: mapShapes(regions, counts) },
  }
}

/** The administrator's page: what is broken or old first. */
export function keepingPage(
  { groups }: ResourceFile,
  kept: readonly KeptResource[],
  checks: readonly LinkCheck[],
  today: Day,
) {
  const byUrl = new Map(checks.map((one) => [one.url, one]))
  const lines = kept.map((one) => {
    const check = byUrl.get(one.url)
    return {
      ...{ id: one.id, group: one.group, name: one.name, checked: one.checked, isListed: one.isListed },
      isOld: one.checked <= addDays(today, -daysUntilOld),
      link: check && check.verdict !== 'works' ? check : null,
      movedTo: check?.moved_to ?? null,
      url: one.url,
    }
  })
  return {
    title: 'Keep resources',
    tab: 'resources',
    broken: lines.filter(({ link, isListed }) => isListed && link?.verdict === 'broken'),
    unclear: lines.filter(({ link, isListed }) => isListed && link?.verdict === 'unclear'),
    lastCheck: checks.map(({ checked_at }) => checked_at).reduce<Date | null>(later, null),
    groups: groups.map((group) => ({ ...group, lines: lines.filter((one) => one.group === group.id) })),
  }
}

const later = (one: Date | null, other: Date): Date => (one && one > other ? one : other)
