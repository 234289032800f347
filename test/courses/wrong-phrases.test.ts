import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../courses')

/** Every file that learners read from the working texts: lessons, questions, drawings, job aids, words and facts. */
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(md|yml|svg)$/.test(entry.name))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((path) => !path.includes('published/') && !['README.md', 'REVIEW.md'].includes(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8').replaceAll(/\s+/g, ' ') }))

const textOf = (path: string) => files.find((file) => file.path.endsWith(path))?.text ?? ''

/** Where a phrase still is, with the words around it. */
const placesOf = (phrase: RegExp, inside = (_path: string) => true) =>
  files
    .filter(({ path }) => inside(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(new RegExp(phrase, 'gi'))].map(({ index }) => {
        return `${path}: …${text.slice(Math.max(0, index - 40), index + 80)}…`
      }),
    )

test.each([
  [
    'the 24-hour word to police covers a child who is, or is at risk of being, a sex trafficking victim',
    /\bis,? or may be,? (a |an )?(victim|(sex[- ])?traffick)|\bis,? or may be,? a (sex[- ])?traffick|may be trafficked: police|believe that (s?he|they) may be trafficked|“may be” is enough\. Police/,
  ],
  ['Minnesota’s law reaches whoever profits “knowing or having reason to know”', /knowingly profit/],
  [
    'force is no test for adults in Minnesota’s sex trafficking law',
    /force[^.]{0,60}the (test|rule) for adults|that is the (test|rule) for adults|test for labor trafficking, and for adults/,
  ],
  [
    'OTIP’s interim assistance is up to 90 days, extendable by 30',
    /(runs|last|is|text:) (for )?"?120 days|120 days, not 90|older forms said 90/,
  ],
  ['a form of exploitation is not “seen less often”', /seen less often/],
  ['White Earth lists a Tribal navigator', /White Earth has had|has had a Tribal navigator/],
  [
    'going missing is a risk factor, not a sign as well',
    /missing[^.]{0,60}also found on lists of signs|- missing again and again|belongs in both lists|missing[^.]{0,80}may also be a sign|raises the risk and may also be a sign|"It can be both\. What do we know/,
  ],
  ['Safe Harbor’s end of delinquency is for people under 18', /has committed no crime/],
  [
    'consent and a mistake about age are no defense in Minnesota',
    /(consent|mistake (as to|about) age) (is|are|can be) a (full |complete )?defense/,
  ],
  [
    'the African American Family Preservation Act reaches every county from January 1, 2027',
    /(applies|starts|goes) statewide (from|on|in) (?!\*{0,2}(January 1, 2027|\{\{aafpa_statewide\}\}))/,
  ],
  [
    'reconsideration does not apply to a noncaregiver assessment',
    /non-?caregiver (response|assessment|case)[^.]{0,60}(?<!doesn't )(can be reconsidered|can ask for reconsideration)/,
  ],
  [
    'the county’s contact clock was not seen, so no number of days is taught',
    /(see|sees|seen|contact|face to face)[^.]{0,60}within (three|five|ten|\d+) (calendar |working )?(hours|days)/,
  ],
  [
    'a memo of the state does not say that an investigation leaves parents feeling accused',
    /feeling accused[^.]*\.\[\^B3-04\]/,
  ],
] as const)('%s', (_rule, phrase) => expect(placesOf(phrase)).toEqual([]))

test.each([
  'residential-settings/04-safety-in-the-setting/03-the-return.md',
  'residential-settings/04-safety-in-the-setting/04-the-talk.md',
  'residential-settings/03-trauma-bonds-change/06-strengths-and-daily-life.md',
  'child-protection/04-missing-from-care/04-so-that-staying-makes-sense.md',
])('contact with brothers and sisters is a right, not a kindness: %s', (path) =>
  expect(textOf(path)).toMatch(
    /\ba right\b|\brights?\b[^.]{0,80}(sibling|brother|sister)|(sibling|brother|sister)[^.]{0,80}\brights?\b|(can(’|')?t|may not|shall not) be (held back|withheld)/i,
  ),
)

test.each(['b3-three-paths.svg', 'b2-screening-to-path.svg'])(
  'the path of a report depends on care, close relationship and authority: %s',
  (path) => {
    expect(textOf(path)).toMatch(/significant relationship|relative/i)
    expect(textOf(path)).toMatch(/authority/i)
  },
)

test('the offices for missing and murdered Black women and Indigenous relatives are both named', () => {
  for (const course of ['residential-settings/', 'child-protection/'])
    expect(
      placesOf(/Black women and girls/, (path) => path.startsWith(course) && path.endsWith('.md')).length,
    ).toBeGreaterThan(0)
})

test('each place that gives the 82% of one study says that it is no rate for all', () => {
  const said = files.flatMap(({ path, text }) =>
    [...text.matchAll(/82%[^.]*\.[^.]*\.[^.]*\./g)].map(([words]) => ({ path, words })),
  )
  expect(said.length).toBeGreaterThan(3)
  expect(said.filter(({ words }) => !/one group|isn't a rate|it isn’t a rate/.test(words))).toEqual([])
})

test('reporting for residents of 18 and over is practice advice, with a place to confirm it', () => {
  const facts = textOf('facts.yml')
  for (const key of ['N-10', 'A5-28', 'A4-26', 'B3-25'])
    expect(facts).toMatch(new RegExp(`${key}: \\{ status: U`))
  for (const value of ['maarc_phone', 'contact_clock', 'county_contact_clock'])
    expect(facts).toMatch(new RegExp(` ${value}: \\{[^}]*to_confirm: `))
})

test('the word "fictional" is said once by the page, not by the residential course', () =>
  expect(placesOf(/fictional(?!: true)/, (path) => path.startsWith('residential-settings/'))).toEqual([]))
