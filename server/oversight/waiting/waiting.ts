import type { WaitingItem } from '#server/web/views.ts'
import type { WaitingCount, WaitingKind } from './waiting.queries.ts'

type First = Readonly<Record<string, string>>

type Line = Readonly<{
  /** The page that begins with it. */
  home: string
  label: (count: number) => string
  /** Where it is handled: the first one, or the list. */
  href: (first: First, count: number) => string
}>

const plural = (one: string, many: string) => (count: number) => `${count} ${count === 1 ? one : many}`

/** What waits for a viewer, most pressing first, by the page that it leads. */
export function waitingByHome(
  counts: readonly WaitingCount[],
): Readonly<Record<string, readonly WaitingItem[]>> {
  const counted = new Map(counts.map((one) => [one.kind, one]))
  const items = (Object.keys(lines) as WaitingKind[]).flatMap((kind) => {
    const one = counted.get(kind)
    if (!one) return []
    const { home, label, href } = lines[kind]
    return [{ home, kind, count: one.count, label: label(one.count), href: href(one.first ?? {}, one.count) }]
  })
  return Object.fromEntries(Map.groupBy(items, ({ home }) => home))
}

const lines: Readonly<Record<WaitingKind, Line>> = {
  'contact-not-cleared': {
    home: '/team',
    label: plural(
      'person is in direct contact and not cleared',
      'people are in direct contact and not cleared',
    ),
    href: ({ id }, count) => (count === 1 ? `/team/${id}` : '/team?show=contact-not-cleared#people'),
  },
  'outside-training': {
    home: '/team',
    label: plural('outside training to decide', 'outside trainings to decide'),
    href: ({ id }) => `/training/elsewhere/${id}`,
  },
  'own-training': {
    home: '/team',
    label: plural(
      'training for the program’s own requirement to decide',
      'trainings for the program’s own requirements to decide',
    ),
    href: ({ id }) => `/program-submissions/${id}`,
  },
  'second-person': {
    home: '/team',
    label: plural('request to confirm', 'requests to confirm'),
    href: () => '/confirmations',
  },
  'finding-to-answer': {
    home: '/team',
    label: plural('finding to answer', 'findings to answer'),
    href: ({ id }) => `/findings/${id}`,
  },
  'evidence-to-send': {
    home: '/team',
    label: plural('request for evidence to answer', 'requests for evidence to answer'),
    href: ({ id }) => `/evidence/${id}`,
  },
  'unprintable-name': {
    home: '/team',
    label: plural(
      'certificate waits for a name that can be printed',
      'certificates wait for names that can be printed',
    ),
    href: ({ id }) => `/accounts/${id}/details`,
  },
  'records-conflict': {
    home: '/team',
    label: plural('person’s records conflict', 'people’s records conflict'),
    href: ({ id }, count) => (count === 1 ? `/team/${id}` : '/team?show=unknown#people'),
  },
  'import-to-save': {
    home: '/team',
    label: plural('roster file is checked and not saved', 'roster files are checked and not saved'),
    href: ({ program, id }) => `/programs/${program}/imports/${id}`,
  },
  'cannot-sign-in': {
    home: '/team',
    label: plural('person can’t sign in yet', 'people can’t sign in yet'),
    href: ({ program }) => `/programs/${program}/links`,
  },
  'stopped-address': {
    home: '/team',
    label: plural('email address refuses mail', 'email addresses refuse mail'),
    href: () => '/notices/undelivered',
  },
  'request-to-confirm': {
    home: '/licensing',
    label: plural('certificate request to confirm', 'certificate requests to confirm'),
    href: ({ id }) => `/certificates/requests/${id}`,
  },
  'answer-to-read': {
    home: '/licensing',
    label: plural('answer came back', 'answers came back'),
    href: ({ id }) => `/findings/${id}`,
  },
  'evidence-to-read': {
    home: '/licensing',
    label: plural('request for evidence was answered', 'requests for evidence were answered'),
    href: ({ id }) => `/evidence/${id}`,
  },
  'evidence-late': {
    home: '/licensing',
    label: plural(
      'request for evidence is past its due day',
      'requests for evidence are past their due days',
    ),
    href: ({ id }) => `/evidence/${id}`,
  },
  'follow-up': {
    home: '/licensing',
    label: plural('follow-up is due', 'follow-ups are due'),
    href: ({ id }) => `/findings/${id}`,
  },
  'license-ending': {
    home: '/licensing',
    label: plural(
      'license or certification ends within 90 days',
      'licenses or certifications end within 90 days',
    ),
    href: () => '/licensing/endings',
  },
  'refused-certificate': {
    home: '/licensing',
    label: plural(
      'certificate waits for a name that can be printed',
      'certificates wait for names that can be printed',
    ),
    href: () => '/certificates/records',
  },
  'approval-to-confirm': {
    home: '/review/courses',
    label: plural('approval to confirm', 'approvals to confirm'),
    href: ({ course, version }) => `/review/courses/${course}/${version}#approval`,
  },
  'changed-fact': {
    home: '/review/courses',
    label: plural(
      'place to check for a changed statute or fact',
      'places to check for a changed statute or fact',
    ),
    href: ({ key, change }) => `/review/watch/${key}/changes/${change}`,
  },
  mistake: {
    home: '/review/courses',
    label: plural('reported mistake to answer', 'reported mistakes to answer'),
    href: () => '/review/mistakes',
  },
  'comment-assigned': {
    home: '/review/courses',
    label: plural('comment assigned to you', 'comments assigned to you'),
    href: ({ id }, count) => (count === 1 ? `/review/comments/${id}` : '/review/comments?show=mine'),
  },
  comment: {
    home: '/review/courses',
    label: plural('comment without a reply', 'comments without a reply'),
    href: ({ id }, count) => (count === 1 ? `/review/comments/${id}` : '/review/comments?show=unassigned'),
  },
  'office-second-person': {
    home: '/admin',
    label: plural('request to confirm', 'requests to confirm'),
    href: () => '/confirmations',
  },
  'failed-job': {
    home: '/admin',
    label: plural('background job failed', 'background jobs failed'),
    href: () => '/admin/jobs',
  },
  'office-cannot-sign-in': {
    home: '/admin',
    label: plural('person with a role can’t sign in yet', 'people with a role can’t sign in yet'),
    href: () => '/admin/people',
  },
  'office-stopped-address': {
    home: '/admin',
    label: plural('email address refuses mail', 'email addresses refuse mail'),
    href: () => '/notices/undelivered',
  },
}
