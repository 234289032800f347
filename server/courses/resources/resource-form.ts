import type { ResourceFile } from '#server/courses/catalogue/resource-parts.ts'
import type { Day } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { reader, type Typed, typedDay } from '#server/programs/typed-form.ts'
import type { KeptResource, ResourceRecord } from './resource-list.ts'

type Read = { kind: 'read'; record: ResourceRecord } | { kind: 'problems'; problems: readonly Problem[] }

/** Reads what an administrator typed. `kept` is what holds now; null for a new resource. */
export function readResource(
  { typed, regions }: Readonly<{ typed: Typed; regions: readonly string[] }>,
  file: ResourceFile,
  kept: KeptResource | null,
  id: string,
  today: Day,
): Read {
  const read = reader(typed, today)
  const groups = Object.fromEntries(file.groups.map((one) => [one.id, one.title]))
  const ways = kept?.isOfRegister ? kept : waysOf(read, typed)
  const record = {
    resource: id,
    group_id: read.choice('group', groups, 'Choose where it is listed.') ?? '',
    name: read.line('name', 'Enter its name.'),
    about: read.line('about', undefined, 400),
    ...{ phone: ways.phone, sms: ways.sms, url: ways.url, email: ways.email },
    regions: file.regions.map((one) => one.id).filter((one) => regions.includes(one)),
    source: read.line('source', kept && !kept.isOwn ? undefined : 'Enter where you saw it.'),
    checked_on: read.day('checked_on', 'Enter the day on which you checked it.') ?? today,
    is_listed: typed.is_listed !== 'no',
    reason: read.line('reason', 'Enter why: what changed, or that you checked it.'),
  }
  if (record.checked_on > today) read.refuse('checked_on', 'Enter a day that isn’t in the future.')
  if (kept && record.checked_on < kept.checked)
    read.refuse('checked_on', 'It was checked after that day already. Enter the day of your own check.')
  return read.problems.length > 0 ? { kind: 'problems', problems: read.problems } : { kind: 'read', record }
}

function waysOf(read: ReturnType<typeof reader>, typed: Typed) {
  const number = (field: string) => {
    const text = read.line(field)
    if (text !== '' && !/^[+()\d][\d ()+.x-]{2,30}$/.test(text)) read.refuse(field, 'Enter a phone number.')
    return text
  }
  const ways = { phone: number('phone'), sms: number('sms'), email: read.optionalEmail('email') ?? '' }
  const url = (typed.url ?? '').trim()
  if (url !== '' && !/^https?:\/\/[^\s/]+\.[^\s/]+(\/\S*)?$/.test(url))
    read.refuse('url', 'Enter the full address, starting with https://.')
  return { ...ways, url }
}

export const typedResource = (
  one: Pick<KeptResource, 'group' | 'name' | 'about' | 'phone' | 'sms' | 'url' | 'email' | 'isListed'>,
  today: Day,
): Typed => ({
  ...{ group: one.group, name: one.name, about: one.about, phone: one.phone, sms: one.sms },
  ...{ url: one.url, email: one.email, is_listed: one.isListed ? 'yes' : 'no' },
  ...{ checked_on: typedDay(today), source: '', reason: '' },
})

/** The same resource with a new day: it was looked at, and nothing had changed. */
export const checkedAgain = (one: KeptResource, today: Day): ResourceRecord => ({
  ...{ resource: one.id, group_id: one.group, name: one.name, about: one.about },
  ...{ phone: one.phone, sms: one.sms, url: one.url, email: one.email, regions: one.regions },
  source: one.isOwn ? (one.sources[0] ?? '') : '',
  checked_on: today,
  is_listed: one.isListed,
  reason: 'Checked, nothing changed',
})
