import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'

const courses = resolve(import.meta.dirname, '../../courses')
const root = `${courses}/child-protection`
const modules = ['01-legal-ground', '02-identification', '03-response-paths']

const read = (path: string) => readFileSync(path, 'utf8')
const texts = new Map(
  [
    ...modules.flatMap((module) =>
      readdirSync(`${root}/${module}`).map((file) => `${root}/${module}/${file}`),
    ),
    ...readdirSync(`${root}/figures`)
      .filter((file) => /^b[123]-/.test(file))
      .map((file) => `${root}/figures/${file}`),
    `${courses}/job-aids/07-service-planning-checklist.md`,
  ].map((path) => [path.slice(courses.length + 1), read(path)] as const),
)
const textOf = (file: string) => texts.get(`child-protection/${file}`)!
const filesWith = (pattern: RegExp) =>
  [...texts].filter(([, text]) => pattern.test(text)).map(([file]) => file)

describe('the law in modules 1 to 3 of child protection', () => {
  test.each([
    [
      'word to police covers a child at risk, not only one who may be a victim',
      /\bis or may be\b|may be trafficked: police/i,
    ],
    ['profit counts when someone had reason to know', /knowingly profits/i],
    ['force is a federal test for adults, not a test for adults in general', /the test for [^.]*\badults\b/i],
    ['a Tribal navigator is not promised in the present tense', /White Earth has a\b/],
    ['familial cases are not called rare or seldom seen', /seen less often/i],
    ['"fictional" is only in the front matter', /(?<!^)\bfictional\b(?!: true)/im],
  ])('%s', (_rule, wrong) => {
    expect(filesWith(wrong)).toEqual([])
  })

  test('the clock card and the police lesson say "is, or is at risk of being"', () => {
    for (const lesson of ['01-legal-ground/06-clock-card.md', '03-response-paths/04-with-law-enforcement.md'])
      expect(textOf(lesson)).toMatch(/is, or is at risk of being,/)
  })

  test('both path drawings stop at a relative or someone in authority', () => {
    for (const drawing of ['b2-screening-to-path.svg', 'b3-three-paths.svg'])
      expect(textOf(`figures/${drawing}`)).toMatch(/Relative[\s\S]*260E\.03/)
  })

  test('the start of the non-caregiver response is not cited for how parents feel', () => {
    const sentences = textOf('03-response-paths/01-three-paths.md').split(/(?<=[.?!])(?!\[\^)/)
    for (const sentence of sentences.filter((sentence) => /suspect|accused/.test(sentence)))
      expect(sentence).not.toContain('B3-04')
  })

  test('the African American Family Preservation Act is taught with its statewide day', () => {
    expect(textOf('03-response-paths/03-tribe-first.md')).toContain('{{aafpa_statewide}}')
    const value = loadCourses(courses).catalogue.register.values.get('aafpa_statewide')
    expect(value?.text).toBe('January 1, 2027')
  })

  test('reconsideration belongs to the investigation and not to the non-caregiver response', () => {
    expect(textOf('03-response-paths/06-what-decisions-mean.md')).toMatch(
      /non-caregiver response\*\*, reconsideration doesn't apply[^.]*\.\[\^N-06\]/,
    )
  })

  test('what was not read in the law is never the key of a question without "practice: true"', () => {
    const unseen = /B1-26|B3-25|B3-26/
    for (const module of modules)
      for (const question of textOf(`${module}/questions.yml`).split(/^- id: /m))
        if (unseen.test(question)) expect(question).toContain('practice: true')
  })

  test('missing episodes are not sorted into one box, risk factor or indicator', () => {
    for (const [file, text] of texts)
      expect(text, file).not.toMatch(/text: .*missing.*\n\s+bucket: (risk|sign)\b/i)
  })
})
