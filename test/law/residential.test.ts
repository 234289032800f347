import { describe, expect, test } from 'vitest'
import { addDays, daysBetween } from '#server/lib/days.ts'
import { annual, atNorthStar, certifiedBetween, done, doneAt, elsewhere, initial } from './asking.ts'

describe('who must have the initial training, and when (R1, R8)', () => {
  test('nothing is required if the program has no certification, or a different one', () => {
    const programs = (certifications: object[]) => [{ id: 'north-star', certifications }] as never
    expect(initial(atNorthStar({}, [], { programs: programs([]) }), '2024-06-01')).toMatchObject({
      standing: 'not_required',
      rule: 'R1',
      due_on: null,
    })
    const qrtp = programs([{ type: 'qrtp', from: '2022-01-01', to: null }])
    expect(initial(atNorthStar({}, [], { programs: qrtp }), '2024-06-01').standing).toBe('not_required')
    expect(annual(atNorthStar({}, [done('2024-02-09')], { programs: qrtp }), '2026-06-01')).toMatchObject({
      standing: 'not_required',
      due_on: null,
    })
  })

  test('nothing is required before hire or after leaving, but it is on the last day', () => {
    const facts = atNorthStar({
      separated_on: '2025-01-31',
      contact: [{ from: '2024-02-10', to: '2025-01-31' }],
    })
    expect(initial(facts, '2024-01-31').standing).toBe('not_required')
    expect(initial(facts, '2025-01-31').standing).toBe('not_cleared')
    expect(initial(facts, '2025-02-01')).toMatchObject({ standing: 'not_required', rule: 'R1' })
    expect(initial(facts, '2025-02-01').explanation.join(' ')).toContain(
      'Not on the roster of North Star House on February 1, 2025',
    )
  })

  test('a person never hired there has no requirements there', () => {
    const answer = initial(atNorthStar({}, [], { assignments: [] }), '2024-06-01')
    expect(answer.standing).toBe('not_required')
    expect(answer.explanation.join(' ')).toContain('No employment at North Star House is on file')
  })

  test('hired and not yet in contact: due before contact, with or without a planned day', () => {
    expect(initial(atNorthStar({}), '2024-02-05')).toMatchObject({
      standing: 'due_before_contact',
      due_on: '2024-02-10',
      rule: 'R2',
    })
    expect(initial(atNorthStar({ contact: [] }), '2024-02-05')).toMatchObject({
      standing: 'due_before_contact',
      due_on: null,
    })
  })

  test('hired, trained and not yet in contact: current', () => {
    expect(initial(atNorthStar({}, [done('2024-02-05')]), '2024-02-06').standing).toBe('current')
  })

  test('in contact without it: not cleared, with the number of days', () => {
    expect(initial(atNorthStar({}), '2024-02-10')).toMatchObject({
      standing: 'not_cleared',
      late_days: 0,
      due_on: '2024-02-10',
    })
    expect(initial(atNorthStar({}), '2024-02-20')).toMatchObject({ standing: 'not_cleared', late_days: 10 })
  })

  test('nothing is required after contact ends, until it begins again', () => {
    const facts = atNorthStar({ contact: [{ from: '2024-02-10', to: '2024-05-31' }, { from: '2024-09-02' }] })
    expect(initial(facts, '2024-06-15')).toMatchObject({ standing: 'not_required', rule: 'R1' })
    expect(initial(facts, '2024-06-15').explanation.at(-1)).toContain(
      'before direct contact at North Star House begins again',
    )
    expect(initial(facts, '2024-09-02').standing).toBe('not_cleared')
  })

  test('a training done after the day asked does not count on that day', () => {
    const facts = atNorthStar({}, [done('2024-02-15')])
    expect(initial(facts, '2024-02-14')).toMatchObject({ standing: 'not_cleared', satisfied_on: null })
    expect(initial(facts, '2024-02-15')).toMatchObject({
      standing: 'current',
      satisfied_on: '2024-02-15',
      late_days: 5,
      rule: 'R3',
    })
  })
})

describe('the initial date (R2, R3)', () => {
  test('the rule changes between hires on July 31 and August 1, 2022', () => {
    const contact = [{ from: '2022-08-05' }]
    expect(initial(atNorthStar({ hired_on: '2022-07-31', contact }), '2022-08-20')).toMatchObject({
      due_on: '2023-01-01',
      standing: 'current',
    })
    expect(initial(atNorthStar({ hired_on: '2022-08-01', contact }), '2022-08-20')).toMatchObject({
      due_on: '2022-08-05',
      standing: 'not_cleared',
    })
  })

  test('people hired before August 2022 are due soon from November 2, 2022 and overdue from January 2, 2023', () => {
    const facts = atNorthStar({ hired_on: '2020-05-01', contact: [{ from: '2020-05-10' }] })
    expect(initial(facts, '2022-11-01')).toMatchObject({ standing: 'current', satisfied_on: null })
    expect(initial(facts, '2022-11-02').standing).toBe('due_soon')
    expect(initial(facts, '2023-01-01').standing).toBe('due_soon')
    expect(initial(facts, '2023-01-02').standing).toBe('not_cleared')
  })

  test('a person hired before August 2022 whose contact begins after January 1, 2023 must finish before it (R14)', () => {
    const hired_on = '2021-01-04'
    expect(initial(atNorthStar({ hired_on, contact: [{ from: '2023-01-01' }] }), '2023-01-01')).toMatchObject(
      { due_on: '2023-01-01', standing: 'due_soon' },
    )
    expect(initial(atNorthStar({ hired_on, contact: [{ from: '2023-01-02' }] }), '2023-01-02')).toMatchObject(
      { due_on: '2023-01-02', standing: 'not_cleared', rule: 'R14' },
    )
  })

  test('on the day contact begins, the time decides', () => {
    const facts = (completed_at: string) =>
      atNorthStar({ contact: [{ from: '2024-02-10', from_at: '2024-02-10T14:00:00Z' }] }, [
        doneAt(completed_at),
      ])
    expect(initial(facts('2024-02-10T07:59:00-06:00'), '2024-02-10')).toMatchObject({
      standing: 'current',
      late_days: 0,
      rule: 'R2',
    })
    for (const at of [
      '2024-02-10T08:00:00-06:00',
      '2024-02-10T08:01:00-06:00',
      '2024-02-10T22:00:00-06:00',
    ]) {
      const answer = initial(facts(at), '2024-02-10')
      expect(answer, at).toMatchObject({
        standing: 'current',
        late_days: 1,
        rule: 'R3',
        satisfied_on: '2024-02-10',
      })
      expect(answer.explanation.join(' ')).toContain('after contact had begun: late, counted as 1 day')
    }
  })

  test('if a time is missing, the day counts and is marked for review', () => {
    for (const facts of [
      atNorthStar({ contact: [{ from: '2024-02-10', from_at: '2024-02-10T08:00:00-06:00' }] }, [
        done('2024-02-10'),
      ]),
      atNorthStar({}, [doneAt('2024-02-10T22:00:00-06:00')]),
    ]) {
      const answer = initial(facts, '2024-02-11')
      expect(answer).toMatchObject({ standing: 'current', late_days: 0 })
      expect(answer.explanation.join(' ')).toContain('marked for review')
      expect(answer.explanation.join(' ')).toContain('This program’s interpretation (R2')
    }
  })

  test('a program may require completion on an earlier day', () => {
    const settings = { same_day_contact: 'day-before' } as const
    const answer = initial(atNorthStar({}, [done('2024-02-10')], { settings }), '2024-02-10')
    expect(answer).toMatchObject({ due_on: '2024-02-09', late_days: 1, rule: 'R3' })
    expect(initial(atNorthStar({}, [done('2024-02-09')], { settings }), '2024-02-10')).toMatchObject({
      late_days: 0,
      rule: 'R2',
    })
  })

  test('late stays late, even after renewals', () => {
    const facts = atNorthStar({}, [done('2024-02-20'), done('2025-02-03'), done('2026-02-03')])
    expect(initial(facts, '2026-06-01')).toMatchObject({
      standing: 'current',
      late_days: 10,
      rule: 'R3',
      satisfied_on: '2024-02-20',
    })
  })

  test('only an approved version counts, and the answer says so', () => {
    const answer = initial(atNorthStar({}, [done('2024-02-05', { approved: false })]), '2024-02-12')
    expect(answer).toMatchObject({ standing: 'not_cleared', satisfied_on: null })
    expect(answer.explanation.join(' ')).toContain('was not approved by the commissioner')
    const again = atNorthStar({}, [done('2024-02-05', { approved: false }), done('2024-02-08')])
    expect(initial(again, '2024-02-12')).toMatchObject({ standing: 'current', satisfied_on: '2024-02-08' })
  })

  test('a voided completion does not count', () => {
    const answer = initial(atNorthStar({}, [done('2024-02-05', { voided_on: '2024-03-01' })]), '2024-02-12')
    expect(answer.standing).toBe('not_cleared')
    expect(answer.explanation.join(' ')).toContain('its record was voided on March 1, 2024')
  })
})

describe('outside training as initial training (R12)', () => {
  const same = { same_curriculum: true, certificate_verified: true, accepted: true }

  test('the same approved curriculum with a verified certificate is initial training', () => {
    const facts = atNorthStar({}, [], { outside: [elsewhere(null, '2024-01-15', same)] })
    expect(initial(facts, '2024-02-12')).toMatchObject({
      standing: 'current',
      rule: 'R12',
      satisfied_on: '2024-01-15',
    })
    expect(annual(facts, '2024-02-12').due_on).toBe('2025-01-31')
  })

  test.each([
    ['another curriculum', { same_curriculum: false }, 'only where it is the same approved curriculum'],
    ['an unverified certificate', { certificate_verified: null }, 'has not been verified'],
    ['one not yet accepted', { accepted: null }, 'has not accepted it'],
    ['one declined', { accepted: false }, 'declined it'],
  ])('%s is not', (_, spoilt, why) => {
    const facts = atNorthStar({}, [], { outside: [elsewhere(null, '2024-01-15', { ...same, ...spoilt })] })
    const answer = initial(facts, '2024-02-12')
    expect(answer).toMatchObject({ standing: 'not_cleared', satisfied_on: null })
    expect(answer.explanation.join(' ')).toContain(why)
  })
})

describe('the yearly due date (R4 to R7)', () => {
  const steady = (...days: string[]) =>
    atNorthStar(
      {},
      days.map((day) => done(day)),
    )

  test('starts with the initial training, not before', () => {
    const answer = annual(steady(), '2024-06-01')
    expect(answer).toMatchObject({ standing: 'not_required', due_on: null, satisfied_on: null })
    const webinarOnly = atNorthStar({}, [], { outside: [elsewhere(null, '2024-03-01')] })
    expect(annual(webinarOnly, '2024-06-01').standing).toBe('not_required')
  })

  test('“due soon” includes both ends of the 60 days', () => {
    const facts = steady('2024-02-05')
    expect(annual(facts, '2024-12-29').standing).toBe('current')
    expect(annual(facts, '2024-12-30').standing).toBe('due_soon')
    expect(annual(facts, '2025-02-28').standing).toBe('due_soon')
    expect(annual(facts, '2025-03-01')).toMatchObject({
      standing: 'overdue',
      late_days: 1,
      due_on: '2025-02-28',
      rule: 'R6',
    })
    expect(annual(facts, '2025-03-31').late_days).toBe(31)
  })

  test('any human trafficking training that the license holder accepts renews it', () => {
    const facts = atNorthStar({}, [done('2024-02-05')], { outside: [elsewhere(null, '2024-11-12')] })
    expect(annual(facts, '2024-12-01')).toMatchObject({
      standing: 'current',
      due_on: '2025-11-30',
      rule: 'R5',
      satisfied_on: '2024-11-12',
    })
    expect(initial(facts, '2024-12-01').satisfied_on).toBe('2024-02-05')
  })

  test.each([
    ['one not accepted', { accepted: null }, 'has not accepted it'],
    ['one declined', { accepted: false }, 'declined it'],
    ['one on another subject', { human_trafficking: false }, 'is not a human trafficking training'],
    ['one voided', { voided_on: '2025-01-01' }, 'was voided'],
  ])('%s does not', (_, spoilt, why) => {
    const facts = atNorthStar({}, [done('2024-02-05')], { outside: [elsewhere(null, '2024-11-12', spoilt)] })
    const answer = annual(facts, '2025-04-01')
    expect(answer).toMatchObject({ standing: 'overdue', due_on: '2025-02-28' })
    expect(answer.explanation.join(' ')).toContain(why)
  })

  test('a version of the course that is not approved renews only if the license holder accepts it', () => {
    const again = (accepted: boolean | null) =>
      atNorthStar({}, [done('2024-02-05'), done('2025-01-20', { approved: false, accepted })])
    expect(annual(again(null), '2025-04-01').standing).toBe('overdue')
    expect(annual(again(null), '2025-04-01').explanation.join(' ')).toContain(
      'not approved by the commissioner',
    )
    expect(annual(again(true), '2025-04-01')).toMatchObject({ standing: 'current', due_on: '2026-01-31' })
  })

  test('a late renewal shows its days late until the next one', () => {
    const facts = steady('2024-02-05', '2025-03-10', '2026-01-15')
    expect(annual(facts, '2025-06-01')).toMatchObject({
      standing: 'current',
      late_days: 10,
      due_on: '2026-03-31',
      rule: 'R6',
    })
    expect(annual(facts, '2026-02-01')).toMatchObject({
      standing: 'current',
      late_days: 0,
      due_on: '2027-01-31',
      rule: 'R5',
    })
  })

  test('two trainings in one month give the same month of the next year', () => {
    expect(annual(steady('2024-02-05', '2024-02-27'), '2024-06-01').due_on).toBe('2025-02-28')
    expect(annual(steady('2024-02-05', '2025-02-03', '2025-02-27'), '2025-06-01')).toMatchObject({
      due_on: '2026-02-28',
      rule: 'R5',
    })
    expect(annual(steady('2024-02-05', '2025-02-27'), '2025-06-01')).toMatchObject({
      due_on: '2026-02-28',
      rule: 'R4',
    })
  })

  describe('with keep-month', () => {
    const kept = (...days: string[]) =>
      atNorthStar(
        {},
        days.map((day) => done(day)),
        { settings: { annual_anchor: 'keep-month' } },
      )

    test('a renewal in the last 90 days before the due date keeps the month, an earlier one is counted from its own day', () => {
      // Due by February 28, 2025, of which November 30, 2024 is 90 days before.
      expect(annual(kept('2024-02-05', '2024-11-30'), '2025-01-01').due_on).toBe('2026-02-28')
      expect(annual(kept('2024-02-05', '2024-11-29'), '2025-01-01').due_on).toBe('2025-11-30')
      expect(annual(kept('2024-02-05', '2024-12-05'), '2025-01-01').explanation.join(' ')).toContain(
        'is kept',
      )
      expect(annual(kept('2024-02-05', '2024-11-01'), '2025-01-01').explanation.join(' ')).not.toContain(
        'is kept',
      )
    })

    test('no one goes longer than 12 months and 90 days between trainings', () => {
      const { due_on } = annual(kept('2024-02-28', '2024-11-30'), '2025-01-01')
      expect(daysBetween(addDays('2024-11-30', 90), due_on!)).toBe(365)
    })

    test('a second training does not move the due date by another year, even on the month’s last day', () => {
      expect(annual(kept('2024-02-05', '2024-12-05', '2025-02-28'), '2025-03-01')).toMatchObject({
        due_on: '2026-02-28',
        satisfied_on: '2025-02-28',
      })
      expect(annual(kept('2024-02-05', '2024-02-29'), '2024-03-01').due_on).toBe('2025-02-28')
    })

    test('the next renewal keeps the month again, and a late one starts a new year', () => {
      expect(annual(kept('2024-02-05', '2024-12-05', '2026-01-20'), '2026-02-01').due_on).toBe('2027-02-28')
      expect(annual(kept('2024-02-05', '2025-04-10'), '2025-05-01')).toMatchObject({
        due_on: '2026-04-30',
        late_days: 41,
      })
    })
  })
})

describe('leave (R10)', () => {
  const leave = [{ from: '2025-01-15', to: '2025-06-14' }]
  const trained = atNorthStar({ leave }, [done('2024-02-05')])

  test('nothing is required during leave, and the due date does not move', () => {
    for (const day of ['2025-01-15', '2025-03-15', '2025-06-14'])
      expect(annual(trained, day), day).toMatchObject({
        standing: 'not_required',
        due_on: null,
        late_days: 0,
        rule: 'R10',
      })
    expect(initial(trained, '2025-03-15')).toMatchObject({
      standing: 'not_required',
      rule: 'R10',
      satisfied_on: '2024-02-05',
    })
    expect(annual(trained, '2025-03-15').explanation.join(' ')).toContain(
      'This program’s interpretation (R10',
    )
    expect(annual(trained, '2025-03-15').explanation.at(-1)).toContain('before direct contact begins again')
  })

  test('on return without it: overdue only for the days back in contact', () => {
    expect(annual(trained, '2025-06-15')).toMatchObject({ standing: 'overdue', late_days: 1, rule: 'R10' })
    expect(annual(trained, '2025-06-17').late_days).toBe(3)
  })

  test('done on the day of return counts as before contact, done later is late', () => {
    const back = (day: string) =>
      annual(atNorthStar({ leave }, [done('2024-02-05'), done(day)]), '2025-07-01')
    expect(back('2025-06-15')).toMatchObject({ late_days: 0, due_on: '2026-06-30' })
    expect(back('2025-06-16')).toMatchObject({ late_days: 2, rule: 'R6' })
  })

  test('done after contact resumed on the day of return: late', () => {
    const contact = [
      { from: '2024-02-10', to: '2025-01-31' },
      { from: '2025-06-15', from_at: '2025-06-15T08:00:00-05:00' },
    ]
    const back = (at: string) =>
      annual(atNorthStar({ contact }, [done('2024-02-05'), doneAt(at)]), '2025-07-01')
    expect(back('2025-06-15T07:00:00-05:00').late_days).toBe(0)
    expect(back('2025-06-15T09:00:00-05:00').late_days).toBe(1)
  })

  test('a leave without an end on file continues', () => {
    const facts = atNorthStar({ leave: [{ from: '2025-01-15' }] }, [done('2024-02-05')])
    expect(annual(facts, '2026-06-01').standing).toBe('not_required')
  })

  test('a program may choose that leave does not suspend the due date', () => {
    const facts = atNorthStar({ leave }, [done('2024-02-05')], { settings: { leave: 'keeps-running' } })
    expect(annual(facts, '2025-03-10')).toMatchObject({ standing: 'overdue', late_days: 10, rule: 'R6' })
  })

  test('with a leave before contact begins, the initial training stays due before contact', () => {
    const facts = atNorthStar({ contact: [], leave: [{ from: '2024-02-05' }] })
    expect(initial(facts, '2024-03-01').standing).toBe('due_before_contact')
  })
})

describe('transfer (R11)', () => {
  const two = (settings = {}, verified: { program: string; on: string }[] = [], from = '2025-03-10') => ({
    programs: [
      ...atNorthStar({}).programs!,
      { id: 'lakeside', certifications: [{ type: 'st-cse-at-risk' as const, from: '2022-01-01', to: null }] },
    ],
    assignments: [
      ...atNorthStar({}).assignments!,
      { program: 'lakeside', hired_on: '2025-03-01', contact: [{ from }] },
    ],
    completions: [
      done('2024-02-05', { program: 'north-star', verified }),
      done('2025-02-12', { program: 'north-star', verified }),
    ],
    settings,
  })

  test('initial training and the yearly due date move with the person', () => {
    expect(initial(two(), '2025-03-10', 'lakeside')).toMatchObject({
      standing: 'current',
      rule: 'R11',
      satisfied_on: '2024-02-05',
      due_on: '2025-03-10',
      late_days: 0,
    })
    expect(annual(two(), '2025-03-10', 'lakeside').due_on).toBe('2026-02-28')
    expect(initial(two(), '2025-03-10', 'lakeside').explanation.at(-1)).toContain(
      'keep a copy or verification of the certificate',
    )
  })

  test('late at one program does not mean late at another', () => {
    const late = { ...two(), completions: [done('2024-02-20')] }
    expect(initial(late, '2025-03-10', 'north-star').late_days).toBe(10)
    expect(initial(late, '2025-03-10', 'lakeside').late_days).toBe(0)
  })

  test('a program may choose to verify the certificate first', () => {
    const settings = { transfer: 'verified-first' }
    expect(initial(two(settings), '2025-03-10', 'lakeside')).toMatchObject({
      standing: 'not_cleared',
      satisfied_on: null,
    })
    expect(initial(two(settings), '2025-03-10', 'north-star').standing).toBe('current')
    const verified = two(settings, [{ program: 'lakeside', on: '2025-03-12' }])
    expect(initial(verified, '2025-03-11', 'lakeside').standing).toBe('not_cleared')
    expect(initial(verified, '2025-03-12', 'lakeside')).toMatchObject({
      standing: 'current',
      late_days: 2,
      satisfied_on: '2024-02-05',
    })
  })

  test('if the yearly due date passed before contact there, the training must be done first', () => {
    const facts = two({}, [], '2026-03-02')
    expect(annual(facts, '2026-03-01', 'lakeside')).toMatchObject({
      standing: 'due_before_contact',
      rule: 'R11',
    })
    expect(annual(facts, '2026-03-02', 'lakeside')).toMatchObject({ standing: 'overdue', rule: 'R11' })
  })
})

describe('rehire (R13)', () => {
  const again = (hired_on: string, completions = [done('2022-12-15')], settings = {}) => ({
    ...atNorthStar({}),
    assignments: [
      {
        program: 'north-star',
        hired_on: '2019-05-01',
        separated_on: '2022-01-31',
        contact: [{ from: '2019-05-10', to: '2022-01-31' }],
      },
      { program: 'north-star', hired_on, contact: [{ from: hired_on }] },
    ],
    completions,
    settings,
  })

  test('a person rehired before August 1, 2022 has until January 1, 2023', () => {
    expect(initial(again('2022-03-01'), '2023-02-01')).toMatchObject({ due_on: '2023-01-01', late_days: 0 })
  })

  test('a person rehired on or after August 1, 2022 must finish before contact, whenever first hired', () => {
    expect(initial(again('2022-08-01'), '2023-02-01')).toMatchObject({
      due_on: '2022-08-01',
      late_days: 136,
      rule: 'R3',
    })
    expect(initial(again('2023-06-01'), '2023-06-01')).toMatchObject({
      standing: 'current',
      due_on: '2023-06-01',
      rule: 'R13',
      satisfied_on: '2022-12-15',
    })
  })

  test('a program may require initial training again', () => {
    const settings = { rehire: 'initial-again' }
    const left = {
      ...again('2024-06-03', [done('2022-12-15'), done('2023-11-20')], settings),
      assignments: [
        {
          program: 'north-star',
          hired_on: '2022-05-01',
          separated_on: '2024-03-01',
          contact: [{ from: '2022-05-10', to: '2024-03-01' }],
        },
        { program: 'north-star', hired_on: '2024-06-03', contact: [{ from: '2024-06-10' }] },
      ],
    }
    expect(initial(left, '2024-06-10')).toMatchObject({ standing: 'not_cleared', satisfied_on: null })
    expect(
      initial({ ...left, completions: [...left.completions, done('2024-06-05')] }, '2024-06-10'),
    ).toMatchObject({ standing: 'current', satisfied_on: '2024-06-05' })
    expect(initial({ ...left, settings: {} }, '2024-06-10').standing).toBe('current')
  })
})

describe('certifications that begin and end (R15, R16)', () => {
  const inContact = { hired_on: '2024-03-01', contact: [{ from: '2024-03-04' }] }

  test('people in contact when it begins must finish the day before', () => {
    const facts = atNorthStar(inContact, [], { programs: certifiedBetween(['2025-09-15']) })
    expect(initial(facts, '2025-07-15')).toMatchObject({
      standing: 'not_required',
      due_on: null,
      rule: 'R1',
    })
    expect(initial(facts, '2025-07-16')).toMatchObject({ standing: 'due_soon', rule: 'R15' })
    expect(initial(facts, '2025-09-14').standing).toBe('due_soon')
    expect(initial(facts, '2025-09-15')).toMatchObject({ standing: 'not_cleared', late_days: 1 })
  })

  test('a program may choose the day it takes effect', () => {
    const facts = atNorthStar(inContact, [], {
      programs: certifiedBetween(['2025-09-15']),
      settings: { later_certification: 'day-of' },
    })
    expect(initial(facts, '2025-09-15')).toMatchObject({ standing: 'due_soon', due_on: '2025-09-15' })
    expect(initial(facts, '2025-09-16')).toMatchObject({ standing: 'not_cleared', late_days: 1 })
  })

  test('with contact from that day or later, the training is due before contact', () => {
    const from = (day: string) =>
      atNorthStar({ hired_on: '2024-03-01', contact: [{ from: day }] }, [], {
        programs: certifiedBetween(['2025-09-15']),
      })
    expect(initial(from('2025-09-15'), '2025-09-01')).toMatchObject({
      standing: 'due_before_contact',
      due_on: '2025-09-15',
    })
    expect(initial(from('2025-09-20'), '2025-09-01')).toMatchObject({
      standing: 'due_before_contact',
      due_on: '2025-09-20',
    })
  })

  test('a person hired before August 2022 in a program certified by January 1, 2023 keeps that date', () => {
    const early = { hired_on: '2021-03-01', contact: [{ from: '2021-03-04' }] }
    expect(
      initial(atNorthStar(early, [], { programs: certifiedBetween(['2022-11-01']) }), '2022-12-01'),
    ).toMatchObject({ due_on: '2023-01-01', standing: 'due_soon', rule: 'R2' })
    expect(
      initial(atNorthStar(early, [], { programs: certifiedBetween(['2023-02-01']) }), '2023-01-15'),
    ).toMatchObject({ due_on: '2023-01-31', standing: 'due_soon', rule: 'R15' })
  })

  test('a person on leave when it begins must finish before contact on return', () => {
    const facts = atNorthStar({ ...inContact, leave: [{ from: '2025-09-01', to: '2025-10-15' }] }, [], {
      programs: certifiedBetween(['2025-09-15']),
    })
    expect(initial(facts, '2025-10-16')).toMatchObject({ standing: 'not_cleared', due_on: '2025-10-16' })
  })

  test('nothing is required after it ends, but it is on its last day', () => {
    const facts = atNorthStar({}, [done('2024-02-05')], {
      programs: certifiedBetween(['2022-01-01', '2025-06-30'], ['2026-05-01']),
    })
    expect(annual(facts, '2025-06-30').standing).toBe('overdue')
    expect(annual(facts, '2025-07-01')).toMatchObject({
      standing: 'not_required',
      rule: 'R16',
      satisfied_on: '2024-02-05',
    })
    expect(initial(facts, '2025-07-01')).toMatchObject({
      standing: 'not_required',
      rule: 'R16',
      satisfied_on: '2024-02-05',
    })
    expect(annual(facts, '2026-05-01').standing).toBe('overdue')
  })

  test('a person whose contact began in the gap must finish before the certification resumes', () => {
    const facts = atNorthStar({ hired_on: '2025-08-01', contact: [{ from: '2025-08-04' }] }, [], {
      programs: certifiedBetween(['2022-01-01', '2025-06-30'], ['2026-05-01']),
    })
    expect(initial(facts, '2026-04-01')).toMatchObject({
      standing: 'due_soon',
      due_on: '2026-04-30',
      rule: 'R15',
    })
  })
})

describe('missing facts', () => {
  const trained = [done('2024-02-05')]

  test.each([
    [
      'the certification',
      atNorthStar({}, trained, { programs: [{ id: 'north-star', name: 'North Star House' }] }),
      'Whether and when North Star House is certified',
    ],
    [
      'the day it took effect',
      atNorthStar({}, trained, { programs: certifiedBetween([null]) }),
      'certification of North Star House took effect is not on file',
    ],
    [
      'any contact',
      atNorthStar({ contact: null }, trained),
      'Whether and since when there is direct contact',
    ],
  ])('%s: unknown, and the answer says which fact is missing', (_, facts, words) => {
    const answer = initial(facts, '2024-06-01')
    expect(answer).toMatchObject({ standing: 'unknown', due_on: null })
    expect(answer.explanation.join(' ')).toContain(words)
    expect(answer.explanation.at(-1)).toBe('Next: put the missing fact on record.')
  })

  test.each([
    [
      'the day of hire',
      atNorthStar({ hired_on: null }, trained),
      'The day of hire at North Star House is not on file',
    ],
    [
      'the first day of contact',
      atNorthStar({ contact: [{ from: null }] }, trained),
      'direct contact at North Star House began is not on file',
    ],
  ])('%s: named, and no matter where every value gives the same answer', (_, facts, words) => {
    const answer = initial(facts, '2024-06-01')
    expect(answer.standing).toBe('current')
    expect(answer.explanation.join(' ')).toContain(words)
  })

  test('an ended certification without a first day leaves no doubt', () => {
    const facts = atNorthStar({}, trained, { programs: certifiedBetween([null, '2024-01-31']) })
    expect(initial(facts, '2024-06-01').standing).toBe('not_required')
  })

  test('the approval of a version: unknown, unless another completion settles it', () => {
    const unsure = done('2024-02-05', { approved: null })
    expect(initial(atNorthStar({}, [unsure]), '2024-06-01')).toMatchObject({
      standing: 'unknown',
      satisfied_on: null,
    })
    expect(annual(atNorthStar({}, [unsure]), '2024-06-01').standing).toBe('unknown')
    expect(initial(atNorthStar({}, [unsure, done('2024-02-07')]), '2024-06-01').standing).toBe('current')
  })

  test('the day of a completion: unknown', () => {
    const answer = initial(
      atNorthStar({}, [{ course: 'residential-settings', approved: true, completed_on: null }]),
      '2024-06-01',
    )
    expect(answer.standing).toBe('unknown')
    expect(answer.explanation.join(' ')).toContain('the day of completion is not on file')
  })

  test('a training that might renew an overdue year makes it unknown; one that can’t leaves it overdue', () => {
    const renewed = (day: string | null) =>
      atNorthStar({}, [done('2024-02-05')], { outside: [elsewhere(null, day, { human_trafficking: null })] })
    expect(annual(renewed('2025-01-20'), '2025-04-01').standing).toBe('unknown')
    expect(annual(renewed(null), '2025-04-01').standing).toBe('unknown')
    expect(annual(renewed('2024-03-10'), '2025-04-01').standing).toBe('overdue')
    expect(annual(renewed('2025-01-20'), '2025-01-25').standing).toBe('due_soon')
  })
})
