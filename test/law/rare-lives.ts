import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import type { Day } from '#server/lib/days.ts'
import { atNorthStar, certifiedBetween, done, elsewhere } from './asking.ts'

/** Lives that are neither a worked example nor drawn: records that conflict, and what few programs ask for. */
type RareLife = { what: string; facts: WrittenFacts; on: Day; asKnownOn?: Day }

const outsideHours = (completed_on: Day | null, more: Parameters<typeof elsewhere>[2] = {}) =>
  elsewhere('X100', completed_on, { hours: 8, ...more })

const county = {
  agency: 'county',
  agency_name: 'Hill County',
  hired_on: '2024-01-08',
  duties_from: '2024-01-08',
}

const fast = { fast: true, program: 'north-star' }

const conflicts: readonly RareLife[] = [
  {
    what: 'contact before the hire, at one of two programs',
    facts: {
      programs: ['north-star', 'river-bend'].map((id) => ({
        id,
        certifications: [{ type: 'st-cse-at-risk', from: '2022-01-01' }],
      })),
      assignments: [
        { program: 'north-star', hired_on: '2024-03-10', contact: [{ from: '2024-03-01' }] },
        { program: 'river-bend', hired_on: '2024-03-10', contact: [{ from: '2024-03-10' }] },
      ],
      completions: [done('2024-02-20')],
    },
    on: '2024-04-01',
  },
  {
    what: 'contact and leave after the employment, overlapping each other',
    facts: atNorthStar({
      separated_on: '2024-06-30',
      contact: [
        { from: '2024-02-10', to: '2024-05-01' },
        { from: '2024-03-01', to: '2024-08-01' },
        { from: '2024-09-01', from_at: '2024-09-03T08:00:00-05:00', to: '2024-08-20' },
      ],
      leave: [
        { from: '2024-01-05', to: '2024-07-15' },
        { from: '2024-03-01', to: null },
        { from: '2024-03-01', to: '2024-04-01' },
      ],
    }),
    on: '2024-04-01',
  },
  {
    what: 'two employments at once, an end before its beginning, a certification that ends before it begins',
    facts: {
      programs: certifiedBetween(['2024-02-01', '2024-01-01']),
      assignments: [
        { program: 'north-star', hired_on: '2024-02-01', separated_on: null },
        { program: 'north-star', hired_on: '2024-04-01', separated_on: '2024-03-01' },
        { program: 'north-star', hired_on: '2024-02-01', separated_on: '2024-02-15' },
      ],
    },
    on: '2024-05-01',
  },
  {
    what: 'child-protection duties before the hire, twice at once, and ending before they begin',
    facts: {
      child_protection: [
        { ...county, duties_from: '2024-01-02' },
        { ...county, duties_from: '2024-02-01', duties_to: '2024-01-20' },
        { ...county, agency: 'tribe', agency_name: 'The Tribe', duties_from: null },
        { ...county, agency: 'tribe', agency_name: 'The Tribe', duties_from: null, duties_to: '2024-03-01' },
      ],
      outside: [elsewhere('X205', '2024-05-01')],
    },
    on: '2024-06-01',
  },
  {
    what: 'trainings recorded before they were completed, a program listed twice, an unknown program',
    facts: {
      programs: [...certifiedBetween(['2022-01-01']), ...certifiedBetween(['2022-01-01'])],
      assignments: [{ program: 'elsewhere', hired_on: '2024-02-01' }],
      completions: [
        { course: 'residential-settings', approved: true },
        done('2024-02-05', { completed_at: '2024-02-07T08:00:00-06:00', recorded_on: '2024-02-01' }),
        done('2024-02-05', { completed_at: '2024-02-05T08:00:00-06:00', recorded_on: '2024-02-05' }),
        done('2024-02-05', { recorded_at: '2024-02-04T12:00:00-06:00', voided_on: '2024-02-04' }),
      ],
      outside: [outsideHours('2024-02-05', { recorded_on: '2024-02-04' })],
    },
    on: '2024-04-01',
  },
]

const afterConfirmation = { settings: { fast_completions: 'after-confirmation' as const } }
const refresher = (completed_on: Day) => ({ course: 'residential-refresher', approved: true, completed_on })

const choices: readonly RareLife[] = [
  {
    what: 'a fast completion that waits for a supervisor',
    facts: atNorthStar({}, [done('2024-02-05', fast)], afterConfirmation),
    on: '2024-03-01',
  },
  {
    what: 'a fast completion that another program confirmed',
    facts: atNorthStar(
      {},
      [done('2024-02-05', { ...fast, confirmed: [{ program: 'lakeside', on: '2024-02-06' }] })],
      afterConfirmation,
    ),
    on: '2024-03-01',
  },
  ...['2024-02-19', '2024-02-20', '2024-02-21'].map((on) => ({
    what: `a fast completion that this program confirmed on February 20, 2024, seen on ${on}`,
    facts: atNorthStar(
      {},
      [
        done('2024-02-05', {
          ...fast,
          confirmed: [
            { program: 'lakeside', on: '2024-02-06' },
            { program: 'north-star', on: '2024-02-20' },
          ],
        }),
      ],
      afterConfirmation,
    ),
    on,
    asKnownOn: on,
  })),
  {
    what: 'a fast completion at a program where none waits',
    facts: atNorthStar({}, [done('2024-02-05', fast)]),
    on: '2024-03-01',
  },
  ...(['counts', 'not-counted'] as const).map((setting) => ({
    what: `the yearly refresher: ${setting}`,
    facts: atNorthStar({}, [done('2024-02-05'), refresher('2025-01-20')], {
      settings: { refresher: setting },
    }),
    on: '2025-03-15',
  })),
  {
    what: 'the yearly refresher alone, where it counts',
    facts: atNorthStar({}, [refresher('2024-02-05')], { settings: { refresher: 'counts' } }),
    on: '2024-03-15',
  },
  {
    what: 'the hours of an agency’s year on its first and last day, and without a day',
    facts: {
      child_protection: [county],
      outside: [
        outsideHours('2024-12-31'),
        outsideHours('2025-01-01'),
        outsideHours('2025-12-31', { hours: 7 }),
        outsideHours(null),
        outsideHours('2026-01-01', { hours: null }),
        outsideHours('2025-06-01', { accepted: null }),
        outsideHours('2025-07-01', { accepted: false }),
      ],
    },
    on: '2025-12-31',
  },
  {
    what: 'duties at two agencies, one of which ended',
    facts: {
      child_protection: [
        { ...county, duties_to: '2024-09-30' },
        {
          ...county,
          agency: 'tribe',
          agency_name: 'The Tribe',
          hired_on: '2024-11-04',
          duties_from: '2024-11-04',
        },
      ],
      outside: [elsewhere('X203', '2024-05-01'), elsewhere('X204', '2024-06-01')],
    },
    on: '2025-03-01',
  },
  {
    what: 'both requirements overdue for a person who may begin',
    facts: atNorthStar({ contact: [{ from: '2024-02-10', to: '2024-03-01' }] }, [done('2022-02-05')], {
      settings: { rehire: 'initial-again' },
    }),
    on: '2026-01-01',
  },
  {
    what: 'on leave, with the day of hire not on file',
    facts: atNorthStar({ hired_on: null, contact: null, leave: [{ from: '2024-03-01' }] }),
    on: '2024-03-05',
  },
]

export const rareLives: readonly RareLife[] = [...conflicts, ...choices]
