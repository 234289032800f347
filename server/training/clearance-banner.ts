import { requirementOn } from '#server/law/facts/ruleset.ts'
import type { ClearanceAnswer, RequirementAnswer } from '#server/law/reasons/answer-schema.ts'
import { type Day, formatDay } from '#server/lib/days.ts'
import { standingWords } from '#server/standings/standing-words.ts'

/** The decisive sentence: whether this person may have direct contact today, with its shape and reason. */
type ClearanceBanner = Readonly<{
  tone: 'good' | 'caution' | 'stop' | 'quiet'
  /** The name of its shape: 'not-cleared'. */
  shape: string
  heading: string
  text: string | null
  /** Until what a shift is ruled out: 'you finish …'. Null if none is. */
  until: string | null
  /** The program whose supervisors should be told or asked. Null if there is nothing to ask. */
  askAt: string | null
}>

/** The banner for today, or null where the law asks nothing before direct contact. */
export function bannerOf(
  clearance: readonly ClearanceAnswer[],
  requirements: readonly RequirementAnswer[],
  today: Day,
  names: ReadonlyMap<string, string>,
): ClearanceBanner | null {
  const away = clearance.find(({ on_leave }) => on_leave)
  if (away)
    return {
      tone: 'quiet',
      shape: 'on-leave',
      heading: `You’re on leave from ${nameOf(away.program, names)}`,
      text: 'So you have no direct contact there today.',
      until: null,
      askAt: null,
    }
  const bound = clearance.filter(({ program }) => requirements.some((one) => one.program === program))
  const no = bound.find(({ answer }) => answer !== 'yes')
  if (no?.answer === 'unknown')
    return {
      tone: 'caution',
      shape: 'unknown',
      heading: `We can’t say yet whether you’re cleared at ${nameOf(no.program, names)}`,
      text: no.because[0]?.includes('conflict')
        ? 'Your records there conflict. Ask your supervisor before you have direct contact.'
        : 'Information is missing on file. Ask your supervisor before you have direct contact.',
      until: null,
      askAt: no.program,
    }
  if (no) return notClearedBanner(no, requirements, today, names)
  const [first] = bound
  if (!first) return null
  const soon = requirements.find((one) => one.program === first.program && one.standing === 'due_soon')
  return {
    tone: 'good',
    shape: 'current',
    heading: `You’re cleared for direct contact at ${nameOf(first.program, names)}`,
    text:
      [
        first.until ? `Until ${formatDay(first.until)}.` : '',
        soon
          ? `${requirementOn(soon.requirement, today).title}: ${lowerFirst(standingWords(soon, today))}.`
          : '',
      ]
        .filter(Boolean)
        .join(' ') || null,
    until: null,
    askAt: null,
  }
}

function notClearedBanner(
  { program }: ClearanceAnswer,
  requirements: readonly RequirementAnswer[],
  today: Day,
  names: ReadonlyMap<string, string>,
): ClearanceBanner {
  const here = requirements.filter((one) => one.program === program)
  const before = here.find(({ standing }) => standing === 'due_before_contact')
  if (before)
    return {
      tone: 'caution',
      shape: 'due-before-contact',
      heading: `Before you have direct contact at ${nameOf(program, names)}, finish your training`,
      text: 'It’s the whole course, every module and its questions. You’re cleared as soon as you finish.',
      until: untilWords(before),
      askAt: program,
    }
  const open = here.find(({ standing }) => standing === 'overdue' || standing === 'not_cleared')
  return {
    tone: 'stop',
    shape: 'not-cleared',
    heading: `You’re not cleared for direct contact at ${nameOf(program, names)}`,
    text: open
      ? `${requirementOn(open.requirement, today).title}: ${lowerFirst(standingWords(open, today))}. You’re cleared again as soon as you finish.`
      : null,
    until: open ? untilWords(open) : 'your training is complete',
    askAt: program,
  }
}

/** What ends it. Where the program has something to check first, in the words of the rules. */
function untilWords({ requirement, explanation }: RequirementAnswer): string {
  const said = /^Next: no direct contact until (.+)\.$/.exec(explanation.at(-1) ?? '')?.[1]
  if (said?.includes(', or ')) return said
  return requirement === 'residential-initial'
    ? 'you finish the approved training, every module and its questions'
    : 'you finish this year’s training'
}

const lowerFirst = (words: string) => words.charAt(0).toLowerCase() + words.slice(1)

const nameOf = (program: string, names: ReadonlyMap<string, string>) => names.get(program) ?? program
