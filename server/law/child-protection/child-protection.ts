import { matches } from '#server/law/facts/evidence.ts'
import type { Training } from '#server/law/facts/facts.ts'
import { type Satisfaction, satisfaction } from '#server/law/facts/formula.ts'
import { type Requirements, requirementOn } from '#server/law/facts/ruleset.ts'
import { interpretationSentence } from '#server/law/facts/settings.ts'
import type { Standing } from '#server/law/reasons/answer-schema.ts'
import { dueSoonDays } from '#server/law/reasons/due-soon.ts'
import { type DutiesSituation, dutiesReasons } from '#server/law/reasons/duties.ts'
import {
  arithmetic,
  dayCount,
  type Finding,
  fact,
  interpretation,
  missing,
  next,
  type Reason,
  rule,
} from '#server/law/reasons/finding.ts'
import { refusalOf } from '#server/law/reasons/refusals.ts'
import { ruleSentence } from '#server/law/reasons/rules.ts'
import {
  completionReason,
  correctRecords,
  dayWords,
  recordedLateReason,
  sentenceCase,
  trainingName,
} from '#server/law/reasons/sentences.ts'
import { addDays, addMonths, type Day, daysBetween, formatDay } from '#server/lib/days.ts'

type Once = 'child-protection-trafficking' | 'child-protection-foundation'

/** The trafficking training of 260E.36, subd. 1a: once, with no deadline in the text seen (R19). */
export function childProtectionTrafficking(
  situation: DutiesSituation,
  trainings: readonly Training[],
): Finding {
  const { duties, onDuty } = situation
  const { trafficking_due_months: months } = duties.settings
  const due = months === null || duties.hiredOn === null ? null : addMonths(duties.hiredOn, months)
  return once('child-protection-trafficking', situation, trainings, { months, due, inScope: onDuty })
}

/** Foundation training within the first six months (R20). */
export function childProtectionFoundation(
  situation: DutiesSituation,
  trainings: readonly Training[],
): Finding {
  const { duties, employed, onDuty, on } = situation
  const { months } = requirementOn('child-protection-foundation', on).due
  const due = duties.hiredOn === null ? null : addMonths(duties.hiredOn, months)
  // Without a day of hire, duties that have begun say that the hire was no later.
  const isHired = employed && (duties.hiredOn !== null || onDuty === 'yes')
  const inScope = !employed ? 'no' : isHired ? 'yes' : 'unknown'
  return once('child-protection-foundation', situation, trainings, { months, due, inScope })
}

type Scope = DutiesSituation['onDuty']

/** Counted from the hire: `due` is null where the day of hire is not on file, `months` where there is no date at all. */
type Asked = { readonly months: number | null; readonly due: Day | null; readonly inScope: Scope }

/** A requirement that is met once. */
function once(id: Once, situation: DutiesSituation, trainings: readonly Training[], asked: Asked): Finding {
  const { due } = asked
  const { on, agency } = situation
  const requirement: Requirements[Once] = requirementOn(id, on)
  const done = trainings.filter(({ day }) => day === null || day <= on)
  const met = satisfaction(requirement.satisfied_by, done, matches)
  const standing = standingOf(situation, met, asked)
  const code = id === 'child-protection-trafficking' ? 'R19' : 'R20'
  const finished = met.answer === 'yes' ? met.on : null
  return {
    requirement: id,
    program: agency,
    standing,
    due_on: standing === 'not_required' ? null : due,
    satisfied_on: finished,
    late_days: due === null ? 0 : lateDays(due, finished ?? (standing === 'overdue' ? on : due)),
    late_running: standing === 'overdue',
    rule: situation.conflicts.length > 0 ? 'R17' : code,
    citation: requirement.citation,
    reasons: () => [
      ...dutiesReasons(situation),
      ...metReasons(id, met, done, due, on),
      ...beforeHireReasons(id, situation, finished),
      rule(ruleSentence(code, requirement.citation)),
      ...(situation.conflicts.length > 0 ? [rule(ruleSentence('R17', requirement.citation))] : []),
      ...dueReasons(id, situation, due, finished),
      ...(id === 'child-protection-trafficking' && asked.months !== null
        ? [interpretation(interpretationSentence('trafficking_due_months', situation.duties.settings))]
        : []),
      next(situation.conflicts.length > 0 ? correctRecords : nextStep(id, standing, due, finished)),
    ],
  }
}

function standingOf(
  { on, duties, conflicts }: DutiesSituation,
  met: Satisfaction<Training>,
  { months, due, inScope }: Asked,
): Standing {
  if (conflicts.length > 0) return 'unknown'
  if (inScope === 'no') return 'not_required'
  if (inScope === 'unknown') return 'unknown'
  if (met.answer === 'yes') return 'current'
  if (due !== null && on <= due) return daysBetween(on, due) <= dueSoonDays ? 'due_soon' : 'current'
  if (met.answer === 'unconfirmed') return 'unknown'
  if (months === null) return 'not_cleared'
  if (due !== null) return 'overdue'
  // The hire was by the day duties began: past that day's date, it is overdue whenever the hire was.
  return duties.from !== null && addMonths(duties.from, months) < on ? 'overdue' : 'unknown'
}

function lateDays(due: Day, day: Day): number {
  return Math.max(0, daysBetween(due, day))
}

function metReasons(
  id: Once,
  met: Satisfaction<Training>,
  done: readonly Training[],
  due: Day | null,
  on: Day,
): readonly Reason[] {
  if (met.answer === 'yes')
    return met.by.flatMap((training) => [completionReason(training), ...recordedLateReason(training, due)])
  const refused = done.flatMap((training) => {
    const refusal = refusalOf(id, training, done)
    return refusal ? [fact(refusal.sentence, training.ref)] : []
  })
  if (met.answer === 'no')
    return [fact(`Nothing that satisfies this requirement is on file by ${formatDay(on)}.`), ...refused]
  return [
    ...met.by.map((training, index) =>
      missing(
        `${sentenceCase(trainingName(training))}${dayWords(training)} needs confirmation: ${met.why[index]}.`,
        training.ref,
      ),
    ),
    ...refused,
  ]
}

/** X100 of any age satisfies, and the text speaks of the first six months of employment. */
function beforeHireReasons(
  id: Once,
  { duties: { hiredOn } }: DutiesSituation,
  finished: Day | null,
): readonly Reason[] {
  if (id !== 'child-protection-foundation' || !finished || !hiredOn || finished >= hiredOn) return []
  return [
    interpretation(
      `It was done before the hire on ${formatDay(hiredOn)}, and the statute speaks of the first six months of employment: confirm with the Academy that it counts.`,
    ),
  ]
}

function dueReasons(
  id: Once,
  { duties, on }: DutiesSituation,
  due: Day | null,
  finished: Day | null,
): readonly Reason[] {
  if (due === null) return []
  const late = lateDays(due, finished ?? on)
  const outcome =
    finished === null
      ? late > 0
        ? `On ${formatDay(on)} it is overdue by ${dayCount(late)}.`
        : `On ${formatDay(on)} that is ${dayCount(daysBetween(on, due))} away.`
      : late > 0
        ? `${formatDay(finished)} is ${dayCount(late)} after it: late.`
        : `${formatDay(finished)} is in time.`
  if (id === 'child-protection-trafficking')
    return [
      arithmetic(
        `Counted from the hire on ${formatDay(duties.hiredOn!)}, the agency’s date is ${formatDay(due)}. ${outcome}`,
      ),
    ]
  return [
    arithmetic(`Six months after ${formatDay(duties.hiredOn!)} is ${formatDay(due)}. ${outcome}`),
    ...(finished !== null && finished !== due
      ? []
      : [
          interpretation(
            `Read strictly, “during the first six months” ends the day before: finish by ${formatDay(addDays(due, -1))} to be in time on either interpretation.`,
          ),
        ]),
  ]
}

function nextStep(id: Once, standing: Standing, due: Day | null, finished: Day | null): string {
  const course =
    id === 'child-protection-trafficking'
      ? 'take X205 at the Minnesota Child Welfare Training Academy and record it'
      : 'take the foundation training at the Minnesota Child Welfare Training Academy and record it'
  if (standing === 'unknown') return 'confirm with the Academy, or put the missing fact on record.'
  if (standing === 'not_required') return 'nothing while there are no child-protection duties.'
  if (finished !== null) return 'nothing; this is done once.'
  if (standing === 'due_soon' || standing === 'current') return `${course} by ${formatDay(due!)}.`
  return `${course}.`
}
