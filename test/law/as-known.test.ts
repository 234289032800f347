import { describe, expect, test } from 'vitest'
import { ask, atNorthStar, certifiedBetween, done, elsewhere, initial } from './asking.ts'

const known = (facts: Parameters<typeof ask>[0], on: string, asKnownOn: string) =>
  ask(facts, on, asKnownOn).requirements[0]!

describe('as known on an earlier day', () => {
  test('leaves out a training recorded later; as known now, it is marked', () => {
    const facts = atNorthStar({}, [done('2024-02-08', { recorded_on: '2024-05-20' })])
    expect(known(facts, '2024-03-01', '2024-03-01')).toMatchObject({
      standing: 'not_cleared',
      satisfied_on: null,
    })
    expect(known(facts, '2024-03-01', '2024-05-20')).toMatchObject({
      standing: 'current',
      satisfied_on: '2024-02-08',
      late_days: 0,
    })
    const words = initial(facts, '2024-06-01').explanation.join(' ')
    expect(words).toContain('It was put on record on May 20, 2024.')
    expect(words).toContain('Recorded late (R18): on May 20, 2024, after the due date of February 10, 2024.')
  })

  test('a training without a recorded day counts as known from the day it was done', () => {
    const facts = atNorthStar({}, [done('2024-02-08')])
    expect(known(facts, '2024-03-01', '2024-02-07').standing).toBe('not_cleared')
    expect(known(facts, '2024-03-01', '2024-02-08').standing).toBe('current')
  })

  test('an instant counts as its day in Minnesota', () => {
    const facts = atNorthStar({}, [done('2024-02-08', { recorded_at: '2024-02-10T05:30:00Z' })])
    expect(known(facts, '2024-03-01', '2024-02-08').standing).toBe('not_cleared')
    expect(known(facts, '2024-03-01', '2024-02-09').standing).toBe('current')
  })

  test('a completion voided later still counted then', () => {
    const facts = atNorthStar({}, [done('2024-02-08', { voided_on: '2024-04-01' })])
    expect(known(facts, '2024-03-01', '2024-03-31').standing).toBe('current')
    expect(known(facts, '2024-03-01', '2024-04-01').standing).toBe('not_cleared')
  })

  test('a leave, contact, hire or certification recorded later is left out', () => {
    const leave = atNorthStar({
      leave: [{ from: '2024-03-01', to: '2024-03-31', recorded_on: '2024-04-15' }],
    })
    expect(known(leave, '2024-03-10', '2024-03-10').standing).toBe('not_cleared')
    expect(known(leave, '2024-03-10', '2024-04-15').standing).toBe('not_required')
    const contact = atNorthStar({ contact: [{ from: '2024-02-10', recorded_on: '2024-04-15' }] })
    expect(known(contact, '2024-03-10', '2024-03-10').standing).toBe('due_before_contact')
    const hire = atNorthStar({ recorded_on: '2024-04-15' })
    expect(known(hire, '2024-03-10', '2024-03-10').standing).toBe('not_required')
    const certification = atNorthStar({}, [], {
      programs: certifiedBetween(['2022-01-01']).map((program) => ({
        ...program,
        certifications: program.certifications!.map((each) => ({ ...each, recorded_on: '2024-04-15' })),
      })),
    })
    expect(known(certification, '2024-03-10', '2024-03-10').standing).toBe('not_required')
    const program = atNorthStar({}, [], {
      programs: certifiedBetween(['2022-01-01']).map((each) => ({ ...each, recorded_on: '2024-04-15' })),
    })
    expect(known(program, '2024-03-10', '2024-03-10').standing).toBe('unknown')
  })

  test('a period whose end was recorded later was still open', () => {
    const left = atNorthStar({
      separated_on: '2024-03-05',
      contact: [{ from: '2024-02-10', to: '2024-03-05', end_recorded_on: '2024-03-20' }],
      end_recorded_on: '2024-03-20',
    })
    expect(known(left, '2024-03-10', '2024-03-19').standing).toBe('not_cleared')
    expect(known(left, '2024-03-10', '2024-03-20').standing).toBe('not_required')
  })

  test('a verification counts from its own day', () => {
    const facts = atNorthStar(
      {},
      [done('2024-02-08', { verified: [{ program: 'north-star', on: '2024-02-20' }] })],
      {
        settings: { transfer: 'verified-first' },
      },
    )
    expect(known(facts, '2024-03-01', '2024-02-19').standing).toBe('not_cleared')
    expect(known(facts, '2024-03-01', '2024-02-20')).toMatchObject({ standing: 'current', late_days: 10 })
  })

  test('a supervisor’s confirmation of a fast completion counts from its own day, and until then is what it waits for', () => {
    const facts = atNorthStar(
      {},
      [done('2024-02-08', { fast: true, confirmed: [{ program: 'north-star', on: '2024-02-20' }] })],
      { settings: { fast_completions: 'after-confirmation' } },
    )
    expect(known(facts, '2024-03-01', '2024-02-19').standing).toBe('not_cleared')
    expect(known(facts, '2024-03-01', '2024-02-20')).toMatchObject({ standing: 'current', late_days: 10 })
    expect(initial(facts, '2024-02-19').explanation.join(' ')).toContain(
      'no supervisor there has confirmed it',
    )
  })

  test('child-protection facts recorded later are left out too', () => {
    const facts = {
      outside: [elsewhere('X205', '2024-03-01', { recorded_on: '2024-06-01' })],
      child_protection: [
        { agency: 'county', hired_on: '2024-01-08', duties_from: '2024-01-08', recorded_on: '2024-02-01' },
      ],
    }
    expect(known(facts, '2024-05-01', '2024-05-01').standing).toBe('not_cleared')
    expect(known(facts, '2024-05-01', '2024-06-01').standing).toBe('current')
    expect(ask(facts, '2024-05-01', '2024-01-31').requirements).toEqual([])
  })
})
