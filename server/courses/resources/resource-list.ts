import type { Resource, ResourceFile, ResourceText } from '#server/courses/catalogue/resource-parts.ts'
import type { Day } from '#server/lib/days.ts'

/** What an administrator recorded last about a resource. */
export type ResourceRecord = ResourceText &
  Readonly<{
    resource: string
    group_id: string
    source: string
    checked_on: Day
    is_listed: boolean
    reason: string
  }>

export type KeptResource = Resource & Readonly<{ isListed: boolean; isOwn: boolean }>

/**
 * All resources: those of the project with what was recorded here, and those that were added here. What was checked last
 * holds, so a later release corrects an older record. What was taken off the page stays off.
 */
export function keptResources(
  { resources }: ResourceFile,
  records: readonly ResourceRecord[],
): readonly KeptResource[] {
  const recorded = new Map(records.map((one) => [one.resource, one]))
  const shipped = new Set(resources.map(({ id }) => id))
  return [
    ...resources.map((one) => {
      const record = recorded.get(one.id)
      const isListed = record?.is_listed ?? true
      if (!record || record.checked_on < one.checked) return { ...one, isListed, isOwn: false }
      return { ...one, ...textOf(one, record), isListed, isOwn: false }
    }),
    ...records
      .filter(({ resource }) => !shipped.has(resource))
      .map((record) => ({ ...textOf(null, record), isListed: record.is_listed, isOwn: true })),
  ]
}

function textOf(shipped: Resource | null, record: ResourceRecord): Resource {
  const { phone, sms, url, email } = shipped?.isOfRegister ? shipped : record
  return {
    ...{ id: record.resource, group: record.group_id, name: record.name, about: record.about },
    ...{ phone, sms, url, email, regions: record.regions },
    status: shipped && record.source === '' ? shipped.status : 'V',
    sources: record.source === '' ? (shipped?.sources ?? []) : [record.source],
    facts: shipped?.facts ?? [],
    checked: record.checked_on,
    isOfRegister: shipped?.isOfRegister ?? false,
  }
}

/** Every address that the page links to, once. */
export const linksOf = (resources: readonly KeptResource[]): readonly string[] => [
  ...new Set(resources.filter(({ isListed, url }) => isListed && url !== '').map(({ url }) => url)),
]
