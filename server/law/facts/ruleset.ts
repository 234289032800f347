import type { Day } from '#server/lib/days.ts'
import type { Formula } from './formula.ts'

/**
 * The requirements, as versioned data. A new interpretation or an amended law is a new version with the day it takes effect;
 * an old version stays, so that a past day is always judged by the rules of that day.
 */

export type RequirementId =
  | 'residential-initial'
  | 'residential-annual'
  | 'child-protection-trafficking'
  | 'child-protection-foundation'
  | 'annual-hours'

/** verified: read in the named source. inferred: reasoned from what was read. local policy: decided by this system. */
export type ReadingStatus = 'verified' | 'inferred' | 'local policy'

type Requirement<Due, Id extends RequirementId> = {
  readonly id: Id
  readonly version: number
  /** Null where the first or last day was not seen in a source. */
  readonly effective_from: Day | null
  readonly effective_to: Day | null
  readonly title: string
  readonly scope: string
  readonly satisfied_by: Formula
  readonly due: Due
  readonly due_words: string
  readonly statute: string
  readonly citation: string
  readonly source: string
  readonly status: ReadingStatus
}

export type BeforeContact = {
  readonly kind: 'before-contact'
  /** People hired on or after this day finish before contact; people hired before it by `earlier_hires_due`. */
  readonly hired_from: Day
  readonly earlier_hires_due: Day
}

export type Requirements = {
  readonly 'residential-initial': Requirement<BeforeContact, 'residential-initial'>
  readonly 'residential-annual': Requirement<{ readonly kind: 'month-end-next-year' }, 'residential-annual'>
  readonly 'child-protection-trafficking': Requirement<
    { readonly kind: 'no-deadline' },
    'child-protection-trafficking'
  >
  readonly 'child-protection-foundation': Requirement<
    { readonly kind: 'months-after-hire'; readonly months: number },
    'child-protection-foundation'
  >
  readonly 'annual-hours': Requirement<
    { readonly kind: 'hours-a-year'; readonly hours: number },
    'annual-hours'
  >
}

/** The certification that brings a program under the residential requirements. */
export const specializedCertification = 'st-cse-at-risk'

/** The course of this system that carries the residential training. */
export const residentialCourse = 'residential-settings'

/** Its yearly refresher. It never counts as the initial training. */
export const residentialRefresher = 'residential-refresher'

const trainingPage =
  'Minnesota Department of Human Services, “Training - Supporting sex trafficked, exploited, and at-risk youth in specialized residential settings” (a stored copy that breaks off in the paragraph on annual training)'
const academyPage =
  'Minnesota Child Welfare Training Academy, “Training available to fulfill new human trafficking training requirement” (page of June 10, 2022, and two earlier versions)'
const statuteCopy = 'Minn. Stat. 260E.36 (a copy of the text before the amendments of 2024)'

const initialFormula: Formula = {
  kind: 'any',
  of: [{ kind: 'approved-course', course: residentialCourse }, { kind: 'same-curriculum' }],
}

const overviewWindow = {
  from: '2019-12-01',
  to: '2022-03-31',
  when: 'December 2019 through March 2022',
} as const

const versions: { readonly [Id in RequirementId]: readonly Requirements[Id][] } = {
  'residential-initial': [
    {
      id: 'residential-initial',
      version: 1,
      effective_from: null,
      effective_to: null,
      title: 'Initial training for specialized residential settings',
      scope:
        'Everyone who has direct contact with youth in a residential program while it is certified to serve sex-trafficked, commercially sexually exploited or at-risk youth',
      satisfied_by: initialFormula,
      due: { kind: 'before-contact', hired_from: '2022-08-01', earlier_hires_due: '2023-01-01' },
      due_words:
        'people hired on or after August 1, 2022 finish before direct contact begins; people hired before that day, by January 1, 2023',
      statute: '245A.25, subd. 5(f)',
      citation: 'Minn. Stat. 245A.25, subd. 5(f)',
      source: trainingPage,
      status: 'verified',
    },
  ],
  'residential-annual': [
    {
      id: 'residential-annual',
      version: 1,
      effective_from: null,
      effective_to: null,
      title: 'Annual human trafficking training',
      scope:
        'Everyone who has direct contact with youth in a residential program while it is so certified, from their initial training on',
      satisfied_by: {
        kind: 'any',
        of: [
          initialFormula,
          { kind: 'approved-course', course: residentialRefresher },
          { kind: 'accepted-trafficking-training' },
        ],
      },
      due: { kind: 'month-end-next-year' },
      due_words: 'by the last day of the same month of the next year',
      statute: '245A.25, subd. 5(f); 245A.02, subd. 2b',
      citation: 'Minn. Stat. 245A.02, subd. 2b, as read for 245A.25, subd. 5(f)',
      source: `${trainingPage}; for “annually”, the definition in Minn. Stat. 245A.02, subd. 2b`,
      status: 'inferred',
    },
  ],
  'child-protection-trafficking': [
    {
      id: 'child-protection-trafficking',
      version: 1,
      effective_from: null,
      effective_to: null,
      title: 'Child-protection training on trafficking and exploitation',
      scope:
        'Social workers and social services staff with child-protection duties, in counties and Tribal Nations',
      satisfied_by: {
        kind: 'any',
        of: [
          { kind: 'academy', codes: ['X205'], from: '2022-03-01', when: 'since March 2022' },
          {
            kind: 'academy',
            codes: ['X205'],
            to: '2022-02-28',
            unconfirmed: 'X205 has been offered since March 2022, and this date is earlier',
          },
          { kind: 'academy', codes: ['X100'], from: '2020-02-01', when: 'since January 2020' },
          {
            kind: 'academy',
            codes: ['X100'],
            from: '2020-01-01',
            to: '2020-01-31',
            unconfirmed:
              'one version of the Academy’s page counts X100 after January 2020, another since January 2020',
          },
          {
            kind: 'all',
            of: [
              { kind: 'academy', codes: ['X203', '239A'], ...overviewWindow },
              { kind: 'academy', codes: ['X204', '239B'], ...overviewWindow },
            ],
          },
          {
            kind: 'academy',
            codes: ['X113'],
            unconfirmed: 'whether X113, which follows X100, counts for this duty is not confirmed',
          },
          {
            kind: 'academy',
            codes: ['239C'],
            unconfirmed: '239C appears to be an earlier code of X205, which is not confirmed',
          },
        ],
      },
      due: { kind: 'no-deadline' },
      due_words: 'once; no deadline appears in the text seen',
      statute: '260E.36, subd. 1a',
      citation: 'Minn. Stat. 260E.36, subd. 1a',
      source: `${statuteCopy}; ${academyPage}`,
      status: 'verified',
    },
  ],
  'child-protection-foundation': [
    {
      id: 'child-protection-foundation',
      version: 1,
      effective_from: null,
      effective_to: null,
      title: 'Child-protection foundation training',
      scope: 'Child protection workers in their first six months',
      satisfied_by: { kind: 'academy', codes: ['X100', 'X113'] },
      due: { kind: 'months-after-hire', months: 6 },
      due_words: 'within six months after hire as a child protection worker',
      statute: '260E.36, subd. 2',
      citation: 'Minn. Stat. 260E.36, subd. 2',
      source: `${statuteCopy}; Minnesota Child Welfare Training Academy, “New Worker Foundations July 2024 update”`,
      status: 'inferred',
    },
  ],
  'annual-hours': [
    {
      id: 'annual-hours',
      version: 1,
      effective_from: null,
      effective_to: null,
      title: 'Fifteen hours of continuing education a year',
      scope: 'Child protection workers and social services staff with child-protection duties',
      satisfied_by: { kind: 'accepted-hours' },
      due: { kind: 'hours-a-year', hours: 15 },
      due_words: '15 hours in each of the agency’s years',
      statute: '260E.36, subd. 1(b)',
      citation: 'Minn. Stat. 260E.36, subd. 1(b)',
      source: statuteCopy,
      status: 'inferred',
    },
  ],
}

/** The version in force on a day. */
export function requirementOn<Id extends RequirementId>(id: Id, day: Day): Requirements[Id] {
  return versionOn<Requirements[Id]>(versions[id], day)
}

/** Of versions in their order, the last that had taken effect by a day; the first where none had. */
export function versionOn<Version extends { readonly effective_from: Day | null }>(
  known: readonly Version[],
  day: Day,
): Version {
  return known.findLast(({ effective_from }) => effective_from === null || effective_from <= day) ?? known[0]!
}

export const requirementIds = Object.keys(versions) as readonly RequirementId[]
