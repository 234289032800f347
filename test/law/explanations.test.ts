import { describe, expect, test } from 'vitest'
import { annual, atNorthStar, certifiedBetween, cleared, done, elsewhere, initial, row } from './asking.ts'

describe('an explanation gives useful details', () => {
  test('a person who left has nothing to do there', () => {
    const left = atNorthStar({ separated_on: '2024-08-31' }, [done('2024-02-05')])
    expect(annual(left, '2024-10-01').explanation.at(-1)).toBe('Next: nothing while it is not required.')
    const because = cleared(left, '2024-10-01').because
    expect(because.filter((sentence) => sentence.toLowerCase().includes('not on the roster'))).toHaveLength(1)
  })

  test('a yes that ends because the program will be certified says what to do by then', () => {
    const coming = atNorthStar({}, [], { programs: certifiedBetween(['2025-09-15']) })
    expect(cleared(coming, '2025-09-01')).toMatchObject({ answer: 'yes', until: '2025-09-14' })
    expect(cleared(coming, '2025-09-01').because.at(-1)).toBe(
      'Next: complete the approved training by September 14, 2025.',
    )
  })

  test('a date that is only the earliest possible one is told as such', () => {
    const unsure = atNorthStar({ hired_on: '2026-06-03', contact: null }, [done('2024-06-01')])
    const { due_on, explanation } = initial(unsure, '2026-06-03')
    expect(due_on).toBe('2026-06-03')
    expect(explanation).toContain(
      'With a fact missing, the earliest date that it could be due is June 3, 2026.',
    )
  })

  test('a completion without its day is named, and no day is invented for it', () => {
    const undated = { ...done('2023-01-02'), completed_on: null }
    const contact = [
      { from: null, to: '2022-09-19' },
      { from: '2023-01-02', to: null },
    ]
    const left = { program: 'north-star', hired_on: null, separated_on: '2022-07-24', contact: null }
    const back = atNorthStar({ hired_on: '2022-07-28', contact }, [undated, done('2023-01-02')])
    const unsure = { ...back, assignments: [left, ...back.assignments!] }
    const { standing, due_on, satisfied_on, explanation } = initial(unsure, '2023-01-02')
    expect({ standing, due_on, satisfied_on }).toEqual({
      standing: 'current',
      due_on: '2023-01-01',
      satisfied_on: '2023-01-02',
    })
    expect(explanation).toContain(
      'The course “residential-settings” cannot be counted yet: the day of completion is not on file.',
    )
  })

  test('it says when only days in contact count', () => {
    const back = atNorthStar({ leave: [{ from: '2025-01-15', to: '2025-06-14' }] }, [done('2024-02-05')])
    expect(annual(back, '2025-06-15').explanation).toContain(
      'On June 15, 2025 it is overdue by 1 day of direct contact.',
    )
  })

  test('a certificate not yet verified is named, and verifying it is the next step', () => {
    const written = {
      ...atNorthStar({}, [done('2024-02-05', { program: 'lakeside' })]),
      settings: { transfer: 'verified-first' as const },
    }
    const { explanation } = initial(written, '2024-03-01')
    expect(explanation).toContain(
      'The course “residential-settings” of February 5, 2024 does not count at North Star House yet: its certificate has not been verified there (R11).',
    )
    expect(explanation.at(-1)).toBe(
      'Next: no direct contact until North Star House has verified that certificate, or the approved training is complete, with its certificate.',
    )
    const renewed = {
      ...atNorthStar({}, [
        done('2024-02-05', { program: 'north-star' }),
        done('2025-02-10', { program: 'lakeside' }),
      ]),
      settings: { transfer: 'verified-first' as const },
    }
    const yearly = annual(renewed, '2025-03-01').explanation
    expect(yearly.join(' ')).toContain('of February 10, 2025 does not count at North Star House yet')
    expect(yearly.at(-1)).toContain('verify that certificate, or take the approved course again')
  })
})

describe('the explanation of a child-protection requirement', () => {
  const worker = (completed_on: string) => ({
    child_protection: [{ agency: 'county', hired_on: '2024-01-08', duties_from: '2024-01-08' }],
    outside: [elsewhere('X100', completed_on)],
  })
  const foundation = (completed_on: string) =>
    row(worker(completed_on), 'child-protection-foundation', '2025-01-01').explanation

  test('has no next step after completion', () => {
    expect(foundation('2024-05-01').at(-1)).toBe('Next: nothing; this is done once.')
    expect(row(worker('2024-05-01'), 'child-protection-trafficking', '2025-01-01').explanation.at(-1)).toBe(
      'Next: nothing; this is done once.',
    )
  })

  test('mentions the strict interpretation before completion, and when completed on the last day', () => {
    expect(foundation('2024-05-01').join(' ')).not.toContain('Read strictly')
    expect(foundation('2024-07-08').join(' ')).toContain('Read strictly')
  })
})
