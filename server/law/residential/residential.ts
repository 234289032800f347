import type { Facts, Program } from '#server/law/facts/facts.ts'
import type { Finding, Verdict } from '#server/law/reasons/finding.ts'
import { asIfInContact, type Situation, situationAt } from '#server/law/reasons/situation.ts'
import { type Day, laterOf } from '#server/lib/days.ts'
import { farOff, longAgo, type PossibleFacts, possibleFacts } from './possible-facts.ts'
import { annualFinding, annualVerdict } from './residential-annual.ts'
import { initialFinding, initialVerdict } from './residential-initial.ts'

/** Both residential requirements at a program, the initial one first; `supposed`, as with contact on that very day. */
export function programFindings(
  facts: Facts,
  program: Program,
  on: Day,
  supposed = false,
): readonly [Finding, Finding] {
  const situation = situationOn({ facts, program }, on, supposed)
  const [initial, annual] = programVerdicts(facts, program, on, supposed)
  return [
    initialFinding(situation, facts.trainings, initial),
    annualFinding(situation, facts.trainings, annual),
  ]
}

/** The verdicts alone. A missing fact is judged by every value it could have. */
export function programVerdicts(
  facts: Facts,
  program: Program,
  on: Day,
  supposed = false,
): readonly [Verdict, Verdict] {
  const isConflicting = facts.conflicts.some(({ place }) => place === program.id)
  const ways = possibleFacts(facts, program, on)
  if (isConflicting) return [conflicting, conflicting]
  const initial: Verdict[] = []
  const annual: Verdict[] = []
  for (const way of ways) {
    const situation = situationOn(way, on, supposed)
    initial.push(initialVerdict(situation, way.facts.trainings))
    annual.push(annualVerdict(situation, way.facts.trainings))
    if (differ(initial) && differ(annual)) break
  }
  return [agreed(initial), agreed(annual)]
}

function situationOn({ facts, program }: PossibleFacts, on: Day, supposed: boolean): Situation {
  const situation = situationAt(facts, program, on)
  return supposed ? asIfInContact(situation) : situation
}

const unknown: Verdict = {
  standing: 'unknown',
  rule: 'R1',
  due_on: null,
  satisfied_on: null,
  late_days: 0,
  late_running: false,
}

/** Records that cannot all be true say nothing until someone corrects them (R17). */
const conflicting: Verdict = { ...unknown, rule: 'R17' }

/** What all of them say: in order until the earliest of their dates; unknown where their standings differ otherwise. */
function agreed(verdicts: readonly Verdict[]): Verdict {
  const [first = unknown] = verdicts
  if (verdicts.length < 2) return first
  if (differ(verdicts)) return unknown
  if (verdicts.every(isInOrder)) {
    const least = verdicts.reduce(lessSure)
    return least.satisfied_on === longAgo ? { ...least, satisfied_on: doneBy(verdicts) } : least
  }
  return {
    standing: first.standing,
    rule: same(verdicts, 'rule') ?? 'R1',
    due_on: same(verdicts, 'due_on'),
    satisfied_on: same(verdicts, 'satisfied_on'),
    // It is late by this many days at least.
    late_days: Math.min(...verdicts.map(({ late_days }) => late_days)),
    late_running: verdicts.every(({ late_running }) => late_running),
  }
}

const isInOrder = ({ standing }: Verdict) => standing === 'current' || standing === 'due_soon'

function differ(verdicts: readonly Verdict[]): boolean {
  return same(verdicts, 'standing') === null && !verdicts.every(isInOrder)
}

/** The one whose date comes first; of the same date, the one that was satisfied later. */
function lessSure(one: Verdict, other: Verdict): Verdict {
  const [due, otherDue] = [one.due_on ?? farOff, other.due_on ?? farOff]
  if (due !== otherDue) return due < otherDue ? one : other
  return (one.satisfied_on ?? farOff) < (other.satisfied_on ?? farOff) ? other : one
}

/** The day by which it was done, whatever the missing days are; null where it may not have been done. */
const doneBy = (verdicts: readonly Verdict[]): Day | null =>
  verdicts
    .map(({ satisfied_on }) => satisfied_on)
    .reduce((last, day) => (last === null || day === null ? null : laterOf(last, day)))

function same<Key extends keyof Verdict>(verdicts: readonly Verdict[], key: Key): Verdict[Key] | null {
  const value = verdicts[0]?.[key] ?? null
  return verdicts.every((each) => each[key] === value) ? value : null
}
