import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import type { RequirementAnswer } from '#server/law/reasons/answer-schema.ts'
import type { Day } from '#server/lib/days.ts'
import type { ExampleCase, WorkedExample } from './example-lives.ts'

type Outside = NonNullable<WrittenFacts['outside']>[number]

const academy = (code: string | null, completed_on: Day, title = code ?? ''): Outside => ({
  code,
  title,
  completed_on,
  hours: 6,
  accepted: true,
  human_trafficking: true,
})

function childProtection(
  what: string,
  outside: readonly Outside[],
  expected: Partial<RequirementAnswer>,
  on: Day = '2024-06-01',
): ExampleCase {
  return {
    what,
    facts: {
      outside: [...outside],
      child_protection: [{ agency: 'county', hired_on: '2019-09-03', duties_from: '2019-09-03' }],
    },
    on,
    requirement: { requirement: 'child-protection-trafficking', program: 'county', ...expected },
  }
}

/** Examples 15 and 16: child protection. */
export const childProtectionExamples: readonly WorkedExample[] = [
  {
    number: 15,
    rules: ['R19'],
    title: 'Child protection: which courses satisfy',
    cases: [
      childProtection('X100 in November 2019: no', [academy('X100', '2019-11-20')], {
        standing: 'not_cleared',
        satisfied_on: null,
      }),
      childProtection('X100 in January 2020: needs confirmation', [academy('X100', '2020-01-15')], {
        standing: 'unknown',
        satisfied_on: null,
      }),
      childProtection('X203 without X204: no', [academy('X203', '2021-02-03')], {
        standing: 'not_cleared',
        satisfied_on: null,
      }),
      childProtection(
        'X203 and X204 in 2021: yes',
        [academy('X203', '2021-02-03'), academy('X204', '2021-02-04')],
        { standing: 'current', satisfied_on: '2021-02-04' },
      ),
      childProtection('X205 on May 1, 2024: yes', [academy('X205', '2024-05-01')], {
        standing: 'current',
        satisfied_on: '2024-05-01',
        due_on: null,
      }),
      childProtection('a national webinar: no', [academy(null, '2024-05-01', 'National webinar')], {
        standing: 'not_cleared',
        satisfied_on: null,
      }),
    ],
  },
  {
    number: 16,
    rules: ['R20'],
    title: 'Child protection: six months for the foundation training',
    cases: (
      [
        ['2026-08-31', '2027-02-28'],
        ['2026-03-15', '2026-09-15'],
      ] as const
    ).map(([hired_on, due_on]) => ({
      what: `hired on ${hired_on}`,
      facts: { child_protection: [{ agency: 'county', hired_on, duties_from: hired_on }] },
      on: hired_on,
      requirement: {
        requirement: 'child-protection-foundation',
        program: 'county',
        due_on,
        standing: 'current',
      },
    })),
  },
]
