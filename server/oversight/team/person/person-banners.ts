import type { Day } from '#server/lib/days.ts'
import { formatDay } from '#server/lib/days.ts'

type Clearance = Readonly<{
  program: string
  name: string
  answer: 'yes' | 'no' | 'unknown'
  on_leave: boolean
  until: Day | null
}>

type Requirement = Readonly<{
  program: string
  place: string
  title: string
  shape: string
  words: string
}>

type Banner = Readonly<{
  tone: 'good' | 'caution' | 'stop' | 'quiet'
  shape: string
  heading: string
  text: string
}>

/** The decisive sentence of a person's page, for each program: clearance, or at an agency the training itself. */
export function personBanners(
  clearances: readonly Clearance[],
  requirements: readonly Requirement[],
  contacts: ReadonlySet<string>,
): readonly Banner[] {
  const licensed = new Set(clearances.map(({ program }) => program))
  const agencies = Map.groupBy(
    requirements.filter(({ program }) => !licensed.has(program)),
    ({ program }) => program,
  )
  return [
    ...clearances.map((one) => clearanceBanner(one, worst(requirements, one.program), contacts)),
    ...[...agencies.keys()].flatMap((program) => agencyBanner(worst(requirements, program))),
  ]
}

function clearanceBanner(
  { program, name, answer, on_leave, until }: Clearance,
  first: Requirement | undefined,
  contacts: ReadonlySet<string>,
): Banner {
  const why = first ? `${first.title}: ${lower(first.words)}.` : ''
  if (on_leave)
    return {
      tone: 'quiet',
      shape: 'on-leave',
      heading: 'On leave',
      text: `Not on the floor at ${name}, so no direct contact now.`,
    }
  if (answer === 'yes')
    return {
      tone: 'good',
      shape: 'current',
      heading: 'Cleared for direct contact',
      text: `At ${name}${until ? `, until ${formatDay(until)}` : ''}.`,
    }
  if (answer === 'unknown')
    return {
      tone: 'caution',
      shape: 'unknown',
      heading: 'We can’t say whether direct contact is allowed',
      text: `At ${name}. ${why}`.trim(),
    }
  const isInContact = contacts.has(program)
  return {
    tone: isInContact ? 'stop' : 'caution',
    shape: isInContact ? 'not-cleared' : 'due-before-contact',
    heading: 'Not cleared for direct contact',
    text: `${isInContact ? `In direct contact at ${name} on record` : `Direct contact at ${name} has not begun`}. ${why}`.trim(),
  }
}

function agencyBanner(first: Requirement | undefined): readonly Banner[] {
  if (!first) return []
  const { place, title, shape, words } = first
  return [
    { tone: tones[shape] ?? 'quiet', shape, heading: `${title}: ${lower(words)}`, text: `At ${place}.` },
  ]
}

/** The most urgent requirement at one program. */
const worst = (requirements: readonly Requirement[], program: string): Requirement | undefined =>
  requirements
    .filter((one) => one.program === program)
    .toSorted((a, b) => urgency.indexOf(a.shape) - urgency.indexOf(b.shape))[0]

const urgency = [
  ...['not-cleared', 'not-done', 'overdue', 'unknown', 'due-before-contact', 'due-soon'],
  ...['not-due-yet', 'current', 'not-required'],
]

const tones: Readonly<Record<string, Banner['tone']>> = {
  'not-done': 'stop',
  overdue: 'stop',
  'due-soon': 'caution',
  'due-before-contact': 'caution',
  unknown: 'caution',
  current: 'good',
}

const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1)
