import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const files = [
  ...globSync('courses/child-protection/0[456]-*/*.{md,yml}'),
  ...globSync('courses/child-protection/figures/b[456]-*.svg'),
  'courses/job-aids/08-otip-referral-steps.md',
]

/** Every place in the text that says it, as "file: words". */
const saying = (wrong: RegExp) =>
  files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(new RegExp(wrong, 'gim'))].map(([words]) => `${file}: ${words}`),
  )

test('the modules, figures and job aid are there to be read', () => {
  expect(files.length).toBeGreaterThan(25)
})

test('police hear about a child who is at risk of being trafficked, not only one who "may be" trafficked', () => {
  expect(
    saying(
      /\bis,? or may be\b[^.]{0,40}(traffick|victim)|reason to believe that (he|she|they) may be traffick/,
    ),
  ).toEqual([])
  expect(saying(/or is at risk of being/).length).toBeGreaterThan(5)
})

test('interim assistance is up to 90 days, extendable by 30, and 90 is never called out of date', () => {
  expect(saying(/(older|old) (forms?|handouts?)[^.]{0,40}90 days|120 days, not 90/)).toEqual([])
  expect(readFileSync('courses/facts.yml', 'utf8')).toMatch(
    /otip_interim: \{ text: "up to 90 days, which can be extended by 30"/,
  )
})

test('sibling visits are taught as a right that behavior cannot take away', () => {
  expect(saying(/shall not be withheld or restricted as a consequence for behavior/)).toHaveLength(1)
})

test('no question asks where a statistic came from or scores the interim period', () => {
  expect(
    saying(/^- id: (b4-audit-lesson|b4-eighteen-percent|b5-evidence|b6-study|b6-interim|b6-current-text)$/m),
  ).toEqual([])
})
