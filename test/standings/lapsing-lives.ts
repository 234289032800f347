import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'

/** Generated lives in which a lapse once began while the stored verdict stayed the same, with their seeds. */
export const lapsingLives: [facts: WrittenFacts, on: string][] = [
  // Seed 9.
  [
    {
      programs: [
        {
          id: 'one',
          name: 'House One',
          holder: 'First',
          certifications: [{ type: 'st-cse-at-risk', from: '2021-06-01', to: null }],
        },
        { id: 'two', certifications: [] },
      ],
      assignments: [
        {
          program: 'one',
          hired_on: null,
          separated_on: '2022-09-19',
          contact: null,
          leave: [],
          recorded_on: '2021-06-01',
        },
        {
          program: 'one',
          hired_on: null,
          separated_on: null,
          contact: [{ from: '2023-06-12', to: '2023-06-12', from_at: null }],
          leave: [],
        },
      ],
      completions: [{ verified: [], course: 'residential-settings', approved: true, completed_on: null }],
      outside: [],
      child_protection: [],
      settings: {},
    },
    '2022-05-09',
  ],
  // Seed 14.
  [
    {
      programs: [
        {
          id: 'one',
          name: 'House One',
          holder: 'First',
          certifications: [{ type: 'st-cse-at-risk', from: '2021-01-01', to: null }],
        },
        { id: 'two', certifications: [] },
      ],
      assignments: [
        {
          program: 'one',
          hired_on: null,
          separated_on: '2028-05-14',
          contact: [{ from: '2027-03-02', to: '2027-03-02', from_at: null }],
          leave: [],
        },
        {
          program: 'one',
          hired_on: '2028-09-19',
          separated_on: null,
          contact: null,
          leave: [],
          end_recorded_on: '2021-06-01',
        },
      ],
      completions: [{ verified: [], course: 'residential-settings', approved: true, completed_on: null }],
      outside: [],
      child_protection: [],
      settings: {},
    },
    '2026-01-27',
  ],
  // Seed 15.
  [
    {
      programs: [
        {
          id: 'one',
          name: 'House One',
          holder: 'First',
          certifications: [{ type: 'st-cse-at-risk', from: '2021-01-01', to: null }],
        },
        { id: 'two', certifications: [] },
      ],
      assignments: [],
      completions: [],
      outside: [],
      child_protection: [
        {
          agency: 'county',
          hired_on: '2024-11-11',
          duties_from: '2024-11-11',
          duties_to: '2027-01-01',
          recorded_on: '2021-06-01',
        },
        { agency: 'county', hired_on: '2024-11-11', duties_from: '2027-01-02', duties_to: null },
      ],
      settings: {},
    },
    '2027-01-01',
  ],
  // Seed 18.
  [
    {
      programs: [
        {
          id: 'one',
          name: 'House One',
          holder: 'First',
          certifications: [{ type: 'st-cse-at-risk', from: '2021-01-01', to: null }],
        },
        { id: 'two', certifications: [] },
      ],
      assignments: [
        {
          program: 'one',
          hired_on: null,
          separated_on: null,
          contact: [{ from: '2024-06-21', to: '2024-06-21', from_at: null }],
          leave: [],
          end_recorded_on: '2021-06-01',
        },
      ],
      completions: [],
      outside: [
        {
          verified: [],
          code: null,
          title: 'A training elsewhere',
          completed_on: null,
          accepted: true,
          same_curriculum: true,
          certificate_verified: true,
        },
      ],
      child_protection: [],
      settings: {},
    },
    '2023-05-19',
  ],
  // A training year with too few hours that ends after the duties ended.
  [
    {
      child_protection: [
        { agency: 'county', hired_on: '2022-05-05', duties_from: '2022-09-21', duties_to: '2024-03-26' },
      ],
    },
    '2024-07-02',
  ],
]
