import { describe, expect, test } from 'vitest'
import { readFacts } from '#server/law/facts/facts-check.ts'
import { problemLine } from '#server/law/facts/problem.ts'
import { atNorthStar, done, elsewhere } from './asking.ts'

function lines(written: unknown): readonly string[] {
  const read = readFacts(written)
  return read.ok ? [] : read.problems.map(problemLine)
}

const assignment = (fact: object) => ({
  ...atNorthStar({}),
  assignments: [{ ...atNorthStar({}).assignments![0]!, ...fact }],
})

describe('an invalid fact is refused with the path to it', () => {
  test.each([
    [assignment({ hired_on: '2024-13-01' }), 'assignments[0].hired_on: "2024-13-01" is not a day'],
    [assignment({ hired_on: 20240201 }), 'assignments[0].hired_on: 20240201 is not a day'],
    [assignment({ hired_on: '0204-02-01' }), 'assignments[0].hired_on: "0204-02-01" is not a day'],
    [
      assignment({ contact: [{ from: '2024-02-30' }] }),
      'assignments[0].contact[0].from: "2024-02-30" is not a day',
    ],
    [assignment({ contact: {} }), 'assignments[0].contact: an object is not a list'],
    [assignment({ leave: [null] }), 'assignments[0].leave[0]: null is not an object'],
    [assignment({ program: 7 }), 'assignments[0].program: 7 is not text'],
    [assignment({ program: '' }), 'assignments[0].program: is empty'],
    [{ ...atNorthStar({}), assignments: [{ program: 'north-star' }] }, 'assignments[0].hired_on: is missing'],
    [
      { programs: [{ id: 'a', certifications: [{ type: 'other', from: null }] }] },
      'programs[0].certifications[0].type: "other" is not one of st-cse-at-risk, qrtp, pregnant-and-parenting, supervised-independent-living',
    ],
    [
      { completions: [{ ...done('2024-02-05'), approved: 'yes' }] },
      'completions[0].approved: "yes" is not true or false',
    ],
    [
      { completions: [{ course: 'a', completed_at: '2024-02-05T10:00:00' }] },
      'completions[0].completed_at: "2024-02-05T10:00:00" is not a date and time with its offset from UTC, such as 2024-02-09T16:00:00-06:00',
    ],
    [{ completions: [{ course: 'a' }] }, 'completions[0].completed_at: is missing'],
    [{ outside: [elsewhere('X205', '2024-02-05', { hours: -1 })] }, 'outside[0].hours: -1 is less than 0'],
    [{ settings: { fiscal_year_month: 13 } }, 'settings.fiscal_year_month: 13 is more than 12'],
    [{ settings: { fiscal_year_month: 1.5 } }, 'settings.fiscal_year_month: 1.5 is not a whole number'],
    [{ settings: { leave: 'never' } }, 'settings.leave: "never" is not one of not-required, keeps-running'],
    [[], 'a list is not an object'],
    [undefined, 'undefined is not an object'],
  ])('%#: %s', (written, line) => {
    expect(lines(written)).toEqual([line])
  })

  test('an unknown key is refused with its path and a list of the known keys', () => {
    expect(lines(assignment({ hire_date: '2024-02-01' }))[0]).toMatch(
      /^assignments\[0\]\.hire_date: is not a fact known here; known are program, hired_on/,
    )
    expect(lines({ settings: { leaves: 1 } })[0]).toMatch(
      /^settings\.leaves: is not a setting known here; known are annual_anchor/,
    )
    expect(lines({ programs: [{ id: 'a', settings: { odd: 1 } }] })[0]).toMatch(
      /^programs\[0\]\.settings\.odd: is not a setting/,
    )
    expect(lines({ 'a/b c~': 1 })[0]).toMatch(/^"a\/b c~": is not a fact known here/)
  })

  test('a very long value is shortened in the message', () => {
    expect(lines(assignment({ hired_on: 'x'.repeat(500) }))[0]!.length).toBeLessThan(160)
  })

  test('all problems are reported at once', () => {
    expect(lines({ ...assignment({ hired_on: 'x', separated_on: 'y' }), completions: 5 })).toHaveLength(3)
  })

  test('an empty object is valid', () => {
    expect(readFacts({})).toMatchObject({
      ok: true,
      facts: { programs: [], assignments: [], trainings: [], duties: [] },
    })
  })
})

describe('conflicting facts are refused', () => {
  test.each([
    [
      'an employment that ends before it begins',
      assignment({ separated_on: '2024-01-31', contact: [] }),
      'assignments[0].separated_on: 2024-01-31 is before the start on 2024-02-01',
    ],
    [
      'contact before hire',
      assignment({ contact: [{ from: '2024-01-10' }] }),
      'assignments[0].contact[0].from: 2024-01-10 is before the hire on 2024-02-01',
    ],
    [
      'contact that ended before hire',
      assignment({ contact: [{ from: null, to: '2024-01-10' }] }),
      'assignments[0].contact[0].to: 2024-01-10 is before the hire on 2024-02-01',
    ],
    [
      'contact after leaving',
      assignment({ separated_on: '2024-06-30', contact: [{ from: '2024-07-01' }] }),
      'assignments[0].contact[0].from: 2024-07-01 is after the employment ended on 2024-06-30',
    ],
    [
      'contact that outlasts the employment',
      assignment({ separated_on: '2024-06-30', contact: [{ from: '2024-03-01', to: '2024-07-01' }] }),
      'assignments[0].contact[0].to: 2024-07-01 is after the employment ended on 2024-06-30',
    ],
    [
      'contact that ends before it begins',
      assignment({ contact: [{ from: '2024-03-01', to: '2024-02-15' }] }),
      'assignments[0].contact[0].to: 2024-02-15 is before the start on 2024-03-01',
    ],
    [
      'two contacts at once',
      assignment({ contact: [{ from: '2024-03-01' }, { from: '2024-05-01' }] }),
      'assignments[0].contact[1].from: 2024-05-01 overlaps assignments[0].contact[0], which has no end',
    ],
    [
      'a contact time on another day',
      assignment({ contact: [{ from: '2024-03-01', from_at: '2024-03-01T04:00:00Z' }] }),
      'assignments[0].contact[0].from_at: falls on 2024-02-29 in Minnesota, and contact began on 2024-03-01',
    ],
    [
      'a leave that ends before it begins',
      assignment({ leave: [{ from: '2024-05-01', to: '2024-04-01' }] }),
      'assignments[0].leave[0].to: 2024-04-01 is before the start on 2024-05-01',
    ],
    [
      'an unlisted program',
      assignment({ program: 'lakeside' }),
      'assignments[0].program: "lakeside" is not one of the programs listed',
    ],
    [
      'a program listed twice',
      { programs: [{ id: 'a' }, { id: 'a' }] },
      'programs[1].id: "a" is listed twice',
    ],
    [
      'a certification that ends before it begins',
      { programs: [{ id: 'a', certifications: [{ type: 'qrtp', from: '2024-01-02', to: '2024-01-01' }] }] },
      'programs[0].certifications[0].to: 2024-01-01 is before the start on 2024-01-02',
    ],
    [
      'a completion recorded before it was done',
      { completions: [done('2024-02-05', { recorded_on: '2024-02-04' })] },
      'completions[0].recorded_on: 2024-02-04 is before 2024-02-05, when the training was completed',
    ],
    [
      'a training recorded at an instant before it was done',
      { outside: [elsewhere('X205', '2024-02-05', { recorded_at: '2024-02-04T12:00:00Z' })] },
      'outside[0].recorded_at: 2024-02-04 is before 2024-02-05, when the training was completed',
    ],
    [
      'a completion voided before it was done',
      { completions: [done('2024-02-05', { voided_on: '2024-02-04' })] },
      'completions[0].voided_on: 2024-02-04 is before 2024-02-05, when the training was completed',
    ],
    [
      'a day that is not the day of the instant',
      { completions: [{ ...done('2026-04-01'), completed_at: '2026-04-01T04:30:00Z' }] },
      'completions[0].completed_on: 2026-04-01 is not the day of completed_at, which is 2026-03-31 in Minnesota',
    ],
    [
      'duties before hire',
      { child_protection: [{ agency: 'county', hired_on: '2024-01-08', duties_from: '2024-01-01' }] },
      'child_protection[0].duties_from: 2024-01-01 is before the hire on 2024-01-08',
    ],
    [
      'duties that end before they begin',
      {
        child_protection: [
          { agency: 'county', hired_on: '2024-01-08', duties_from: null, duties_to: '2024-01-01' },
        ],
      },
      'child_protection[0].duties_to: 2024-01-01 is before the start on 2024-01-08',
    ],
  ])('%s', (_, written, line) => {
    expect(lines(written)).toContain(line)
  })

  test('two overlapping employments conflict at one program, but not at two', () => {
    const both = (program: string) => ({
      programs: [{ id: 'a' }, { id: 'b' }],
      assignments: [
        { program: 'a', hired_on: '2024-06-01', contact: [] },
        { program, hired_on: '2024-01-01', separated_on: '2024-07-01', contact: [] },
      ],
    })
    expect(lines(both('a'))).toEqual([
      'assignments[0].hired_on: 2024-06-01 overlaps assignments[1], which ends on 2024-07-01',
    ])
    expect(lines(both('b'))).toEqual([])
  })

  test('a rehire on the day the other employment ended is not an overlap', () => {
    const facts = {
      programs: [{ id: 'a' }],
      assignments: [
        { program: 'a', hired_on: '2024-01-01', separated_on: '2024-06-01', contact: [] },
        { program: 'a', hired_on: '2024-06-01', contact: [] },
      ],
    }
    expect(lines(facts)).toEqual([])
  })
})
