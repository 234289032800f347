import { describe, expect, test } from 'vitest'
import { outsideCredits } from '#server/law/outside-training.ts'
import { elsewhere, facts, type Outside } from './asking.ts'

function credits(training: Outside, others: readonly Outside[] = []) {
  const { trainings } = facts({ outside: [training, ...others] })
  const own = trainings.find(({ ref }) => ref === 'outside[0]')!
  return Object.fromEntries(outsideCredits(own, trainings).map((credit) => [credit.requirement, credit]))
}

describe('what an outside training can count for', () => {
  test('a webinar on trafficking counts only as annual training, once accepted, and for hours', () => {
    const told = credits(elsewhere(null, '2025-03-01', { title: 'National webinar', accepted: null }))
    expect(told['residential-initial']).toMatchObject({
      answer: 'refused',
      refusal: 'not-the-approved-curriculum',
    })
    expect(told['residential-annual']).toMatchObject({
      answer: 'once_accepted',
      sentence:
        'The training “National webinar” can count for “Annual human trafficking training” once the license holder accepts it.',
    })
    expect(told['child-protection-trafficking']).toMatchObject({
      answer: 'refused',
      refusal: 'not-an-academy-course',
    })
    expect(told['child-protection-trafficking']!.sentence).toContain(
      '“National webinar” on March 1, 2025 does not satisfy Minn. Stat. 260E.36, subd. 1a',
    )
    expect(told['child-protection-foundation']).toMatchObject({
      answer: 'refused',
      refusal: 'not-an-academy-course',
    })
    expect(told['annual-hours']).toMatchObject({
      answer: 'once_accepted',
      sentence: expect.stringContaining('once the agency accepts it'),
    })
  })

  test('what a license holder accepted is never called approved by the commissioner', () => {
    const told = credits(elsewhere(null, '2025-03-01'))
    expect(told['residential-annual']).toMatchObject({
      answer: 'satisfies',
      sentence: expect.stringContaining('accepted by the license holder'),
    })
    expect(told['residential-annual']!.sentence).not.toContain('commissioner')
  })

  test('the same approved curriculum can count as initial training', () => {
    const same = { same_curriculum: true, certificate_verified: true }
    expect(credits(elsewhere(null, '2025-03-01', same))['residential-initial']!.answer).toBe('satisfies')
    expect(
      credits(elsewhere(null, '2025-03-01', { ...same, accepted: null }))['residential-initial']!.answer,
    ).toBe('once_accepted')
    expect(
      credits(elsewhere(null, '2025-03-01', { ...same, certificate_verified: false }))['residential-initial'],
    ).toMatchObject({ refusal: 'certificate-not-verified' })
    expect(
      credits(elsewhere(null, '2025-03-01', { ...same, accepted: false }))['residential-initial'],
    ).toMatchObject({ refusal: 'declined' })
  })

  test.each([
    ['X205', '2024-05-01', { answer: 'satisfies' }],
    ['X100', '2019-11-20', { answer: 'refused', refusal: 'outside-its-window' }],
    ['X100', '2020-01-10', { answer: 'needs_confirmation' }],
    [
      'X113',
      '2025-01-10',
      { answer: 'needs_confirmation', sentence: expect.stringContaining('which follows X100') },
    ],
    ['X203', '2021-02-03', { answer: 'refused', refusal: 'needs-its-pair' }],
  ])('%s on %s for 260E.36, subd. 1a', (code, day, expected) => {
    expect(credits(elsewhere(code, day))['child-protection-trafficking']).toMatchObject(expected)
  })

  test('X203 with X204 on file satisfies', () => {
    const told = credits(elsewhere('X203', '2021-02-03'), [elsewhere('X204', '2021-02-04')])
    expect(told['child-protection-trafficking']!.answer).toBe('satisfies')
  })

  test.each([
    ['another subject', { human_trafficking: false }, 'residential-annual', 'not-about-trafficking'],
    ['declined', { accepted: false }, 'residential-annual', 'declined'],
    ['declined', { accepted: false }, 'child-protection-trafficking', 'declined'],
    ['declined', { accepted: false }, 'annual-hours', 'declined'],
    ['no hours', { hours: 0 }, 'annual-hours', 'no-hours'],
    ['voided', { voided_on: '2024-06-01' }, 'child-protection-trafficking', 'voided'],
  ] as const)('%s: %o is refused for %s as %s', (_, spoilt, requirement, refusal) => {
    expect(credits(elsewhere('X205', '2024-05-01', spoilt))[requirement]).toMatchObject({
      answer: 'refused',
      refusal,
    })
  })

  test('a missing subject, missing hours or a missing day needs confirmation', () => {
    expect(
      credits(elsewhere(null, '2024-05-01', { human_trafficking: null }))['residential-annual'],
    ).toMatchObject({
      answer: 'needs_confirmation',
      sentence: expect.stringContaining('human trafficking training is not on file'),
    })
    expect(credits(elsewhere(null, '2024-05-01', { hours: null }))['annual-hours']).toMatchObject({
      answer: 'needs_confirmation',
    })
    expect(credits(elsewhere('X205', null))['child-protection-trafficking']).toMatchObject({
      answer: 'needs_confirmation',
    })
  })
})
