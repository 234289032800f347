import { formatDay } from '#server/lib/days.ts'

/**
 * The interpretations that the law, as far as it was seen, leaves open. Each has a default, chosen on the careful side, that a
 * program may change, and the sentence under which pages show it as this program's interpretation.
 */
export type Settings = {
  readonly annual_anchor: 're-anchor' | 'keep-month'
  readonly leave: 'not-required' | 'keeps-running'
  readonly transfer: 'carries' | 'verified-first'
  readonly rehire: 'prior-initial-counts' | 'initial-again'
  readonly later_certification: 'day-before' | 'day-of'
  readonly same_day_contact: 'accept-and-flag' | 'day-before'
  /** Whether the license holder accepts the yearly refresher as annual training. */
  readonly refresher: 'not-counted' | 'counts'
  /** Whether a fast completion waits for a supervisor of the program. */
  readonly fast_completions: 'count' | 'after-confirmation'
  readonly hours_year: 'calendar' | 'hire-anniversary' | 'fiscal'
  /** 1 to 12; used where `hours_year` is fiscal. */
  readonly fiscal_year_month: number
  /** The agency's own date for the trafficking training, in months after hire; null for none. */
  readonly trafficking_due_months: number | null
}

export type SettingName = keyof Settings

export const defaultSettings: Settings = {
  annual_anchor: 're-anchor',
  leave: 'not-required',
  transfer: 'carries',
  rehire: 'prior-initial-counts',
  later_certification: 'day-before',
  same_day_contact: 'accept-and-flag',
  refresher: 'not-counted',
  fast_completions: 'count',
  hours_year: 'calendar',
  fiscal_year_month: 7,
  trafficking_due_months: null,
}

type Interpretation = {
  readonly rule: string
  readonly question: string
  readonly sentence: (settings: Settings) => string
}

/** Each interpretation in words: the question that the law leaves open, and what this program answers. */
export const interpretations: { readonly [Name in SettingName]: Interpretation } = {
  annual_anchor: {
    rule: 'R5',
    question: 'Does an early renewal move the month of the yearly date?',
    sentence: ({ annual_anchor }) =>
      annual_anchor === 're-anchor'
        ? 'the next date is counted from the latest completion, also when it came early'
        : 'a renewal in the last 90 days before its date keeps the month, so no one goes longer than 12 months and 90 days between trainings; an earlier one is counted from its own day, which is the plain interpretation of the statute (R4)',
  },
  leave: {
    rule: 'R10',
    question: 'Does the yearly date count against a person on leave?',
    sentence: ({ leave }) =>
      leave === 'not-required'
        ? 'a leave does not move the date, nothing is overdue while it lasts, and what came due is done before contact on return'
        : 'a leave neither moves nor suspends the date',
  },
  transfer: {
    rule: 'R11',
    question: 'Does a completion count at another program?',
    sentence: ({ transfer }) =>
      transfer === 'carries'
        ? 'a completion and its date go with the person; the program keeps a copy of the certificate before contact begins there'
        : 'a completion made elsewhere counts from the day this program has verified the certificate',
  },
  rehire: {
    rule: 'R13',
    question: 'Does the earlier initial training count after a rehire?',
    sentence: ({ rehire }) =>
      rehire === 'prior-initial-counts'
        ? 'the initial training of an earlier employment still counts after a rehire'
        : 'the initial training is done again after a rehire',
  },
  later_certification: {
    rule: 'R15',
    question: 'When a program is certified later, by when do the people already in contact finish?',
    sentence: ({ later_certification }) =>
      later_certification === 'day-before'
        ? 'people already in contact finish by the day before the certification takes effect'
        : 'people already in contact finish by the day a first certification takes effect; when one comes back, by the day before',
  },
  same_day_contact: {
    rule: 'R2',
    question: 'May the training be finished on the day contact begins?',
    sentence: ({ same_day_contact }) =>
      same_day_contact === 'accept-and-flag'
        ? 'a completion on the day contact begins counts as before it where no clock time is on file, and is marked for review'
        : 'the training is finished on a day before contact begins',
  },
  refresher: {
    rule: 'R7',
    question: 'Does the yearly refresher count as annual training?',
    sentence: ({ refresher }) =>
      refresher === 'counts'
        ? 'the license holder accepts the yearly refresher of this system as annual training'
        : 'the yearly refresher counts only where the commissioner has approved it or the license holder accepts it for one person',
  },
  fast_completions: {
    rule: 'R9',
    question: 'Does a completion marked as fast count by itself?',
    sentence: ({ fast_completions }) =>
      fast_completions === 'count'
        ? 'a fast completion counts like any other, and stays marked'
        : 'a fast completion counts from the day a supervisor of this program has confirmed it',
  },
  hours_year: {
    rule: 'R21',
    question: 'Which year are the 15 hours counted in?',
    sentence: ({ hours_year }) =>
      ({
        calendar: 'the hours are counted from January through December',
        'hire-anniversary': 'the hours are counted from one anniversary of hire to the next',
        fiscal: 'the hours are counted by the agency’s fiscal year',
      })[hours_year],
  },
  fiscal_year_month: {
    rule: 'R21',
    question: 'In which month does the agency’s fiscal year begin?',
    sentence: ({ fiscal_year_month }) =>
      `a fiscal year begins on ${formatDay(`2001-${String(fiscal_year_month).padStart(2, '0')}-01`).replace(', 2001', '')}`,
  },
  trafficking_due_months: {
    rule: 'R19',
    question: 'Does the agency set its own date for the trafficking training?',
    sentence: ({ trafficking_due_months: months }) =>
      months === null
        ? 'the agency sets no date of its own'
        : `the agency asks for it within ${months} ${months === 1 ? 'month' : 'months'} after hire`,
  },
}

/** 'This program’s interpretation: …' for a page or an explanation. */
export function interpretationSentence(name: SettingName, settings: Settings): string {
  return `This program’s interpretation (${interpretations[name].rule}, not settled by the law we have seen): ${interpretations[name].sentence(settings)}.`
}
