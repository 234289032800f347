import type { ReadingStatus } from '#server/law/facts/ruleset.ts'
import type { SettingName } from '#server/law/facts/settings.ts'
import type { RuleCode } from './finding.ts'

/** A rule of time in plain words, with how sure we are of it. */
type Rule = {
  readonly code: RuleCode
  readonly title: string
  readonly words: string
  readonly status: ReadingStatus
  readonly source: string
  /** The setting by which a program reads it differently. */
  readonly setting?: SettingName
}

const trainingPage = 'the DHS page on training for specialized residential settings'
const definition = 'Minn. Stat. 245A.02, subd. 2b'
const noSource = 'no source seen; a careful interpretation'
const academy = 'the Minnesota Child Welfare Training Academy’s page of June 10, 2022'

const list: readonly Rule[] = [
  {
    code: 'R0',
    title: 'Days are Minnesota days',
    words:
      'every date is a calendar day by the clock in Minnesota, and a training counts on the day its last item is done',
    status: 'inferred',
    source: noSource,
  },
  {
    code: 'R1',
    title: 'Who and when',
    words:
      'the training is required on a day when the program holds the certification for sex-trafficked, commercially sexually exploited or at-risk youth and the person has direct contact there; before a certification begins nothing is required, and the date that comes with it (R15) shows from 60 days before',
    status: 'verified',
    source: trainingPage,
  },
  {
    code: 'R2',
    title: 'The initial date',
    words:
      'a person hired on or after August 1, 2022 finishes the training, with its certificate, before direct contact begins; a person hired before that day finishes by January 1, 2023',
    status: 'verified',
    source: trainingPage,
    setting: 'same_day_contact',
  },
  {
    code: 'R3',
    title: 'Late stays late',
    words:
      'an initial training finished after its date is complete, and stays marked as late: by the required days after that date, up to and including the day it was done, and by at least 1 where it was required on that date',
    status: 'local policy',
    source: 'this system’s record keeping',
  },
  {
    code: 'R4',
    title: 'The yearly date',
    words: 'counted annually, the next training is due by the last day of the same month of the next year',
    status: 'inferred',
    source: `${definition}, as read for 245A.25`,
  },
  {
    code: 'R5',
    title: 'Renewing early',
    words: 'a training that comes early counts, and by default the next date is counted from it',
    status: 'inferred',
    source: `${definition}, which is silent on this`,
    setting: 'annual_anchor',
  },
  {
    code: 'R6',
    title: 'Renewing late',
    words:
      'the training is overdue from the day after its date; a late one starts the new year, and the gap stays on record',
    status: 'inferred',
    source: definition,
  },
  {
    code: 'R7',
    title: 'What counts each year',
    words:
      'each year counts either the approved course taken again in full, or another human trafficking training that the license holder accepts',
    status: 'verified',
    source: `${trainingPage}, as far as the stored copy goes`,
  },
  {
    code: 'R8',
    title: 'The standings',
    words: 'each requirement has one standing a day, and its approach is shown 60, 30, 14 and 7 days ahead',
    status: 'local policy',
    source: 'this system’s choice',
  },
  {
    code: 'R9',
    title: 'What the text leaves open',
    words:
      'leave, transfer and rehire are not treated in the text seen, so the interpretations of R10 to R14 are careful ones that a program may set',
    status: 'inferred',
    source: noSource,
  },
  {
    code: 'R10',
    title: 'Leave',
    words:
      'a leave does not move a date; nothing is required or overdue while it lasts, and what came due is done before direct contact on return',
    status: 'inferred',
    source: noSource,
    setting: 'leave',
  },
  {
    code: 'R11',
    title: 'Transfer',
    words:
      'a completion and its yearly date go with the person to another program, whose license holder keeps a copy or verification before contact begins there',
    status: 'inferred',
    source: noSource,
    setting: 'transfer',
  },
  {
    code: 'R12',
    title: 'Outside training',
    words:
      'an outside training counts as the initial one only where it is the same approved curriculum, all of it, with a certificate that was verified; otherwise it can count for the year only',
    status: 'inferred',
    source: noSource,
  },
  {
    code: 'R13',
    title: 'Rehire',
    words:
      'a rehire counts as a new hire on its own day; by default an earlier initial training still counts, and a yearly date that has passed is met before contact begins again',
    status: 'inferred',
    source: noSource,
    setting: 'rehire',
  },
  {
    code: 'R14',
    title: 'Contact that begins later',
    words:
      'where direct contact begins well after hire, or begins again for an early hire who had none on January 1, 2023, the initial training is finished before that contact',
    status: 'inferred',
    source: `${trainingPage}, as read for people whose contact begins later`,
  },
  {
    code: 'R15',
    title: 'A program certified later',
    words:
      'people already in direct contact when a certification begins finish, by default, before it takes effect',
    status: 'inferred',
    source: noSource,
    setting: 'later_certification',
  },
  {
    code: 'R16',
    title: 'A certification that ends',
    words:
      'once a certification has ended the training is no longer required there, and its history stays; before it comes back, a person who is still untrained finishes by the day before (R15)',
    status: 'inferred',
    source: noSource,
  },
  {
    code: 'R17',
    title: 'Corrections',
    words:
      'a completion is never edited: it is voided with a reason and another is issued in its place; where records cannot all be true, the answer is unknown until someone corrects them',
    status: 'local policy',
    source: 'this system’s record keeping',
  },
  {
    code: 'R18',
    title: 'Recorded late',
    words:
      'a training entered later keeps both days, the day it was taken and the day it was recorded, and is marked where it was recorded after its date',
    status: 'local policy',
    source: 'this system’s record keeping',
  },
  {
    code: 'R19',
    title: 'Child protection: trafficking training',
    words:
      'the duty is met once, by the named courses of the Minnesota Child Welfare Training Academy and nothing else; the text seen sets no deadline',
    status: 'verified',
    source: academy,
    setting: 'trafficking_due_months',
  },
  {
    code: 'R20',
    title: 'Child protection: foundation training',
    words: 'a child protection worker finishes the foundation training within six months after hire',
    status: 'inferred',
    source:
      'Minn. Stat. 260E.36, subd. 2 (“during the first six months”), the exact last day being our interpretation',
  },
  {
    code: 'R21',
    title: 'Child protection: fifteen hours',
    words: 'fifteen hours of continuing education are needed in each of the agency’s years',
    status: 'inferred',
    source: 'Minn. Stat. 260E.36, subd. 1(b); which year is not said there',
    setting: 'hours_year',
  },
]

export const rules: readonly Rule[] = list

export function ruleOf(code: RuleCode): Rule {
  return list.find((rule) => rule.code === code) ?? list[0]!
}

/** 'Rule R4: counted annually, … (Minn. Stat. …; our interpretation).' Never a quotation: the words are ours. */
export function ruleSentence(code: RuleCode, citation: string): string {
  const { words, status, source } = ruleOf(code)
  const read =
    source === noSource
      ? `no text seen on this; our interpretation under ${citation}`
      : `${citation}; our interpretation`
  const ground = {
    verified: `${citation}, as given by ${source}`,
    inferred: read,
    'local policy': `a choice of this system, under ${citation}`,
  }[status]
  return `Rule ${code}: ${words} (${ground}).`
}
