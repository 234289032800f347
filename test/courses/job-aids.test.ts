import { describe, expect, test } from 'vitest'
import { readCoursesFolder } from '#server/courses/authoring/files/course-files.ts'
import { problemLine } from '#server/courses/authoring/files/problems.ts'
import { loadFolder } from '#server/courses/authoring/load.ts'
import { coursesReport } from '#server/courses/authoring/report.ts'
import { sheetHtml } from '#server/courses/catalogue/sheet-html.ts'
import { jobAidFaults } from '#server/handouts/one-page.ts'
import { fixtureDir } from './fixture.ts'

const fixture = readCoursesFolder(fixtureDir)
const card = `---
title: Door card
purpose: What to do at the door within {{welcome_limit}}.
goes_with: [welcome/first-day/at-the-door]
---

## At the door

- **Say hello** at once.[^F-01]
- Look around first.

Then, one by one:

- [ ] Shoes off
- [ ] Hands washed

1. Knock.
2. Wait.

| Rather than | Say |
|---|---|
| Hey | Good morning |

Name ____ Day ____

---

::: key-point
Be kind.
:::
`
const loaded = (text: string, name = '01-door-card.md', facts = fixture.facts!.text) =>
  loadFolder({
    ...fixture,
    facts: { ...fixture.facts!, text: facts },
    jobAids: [{ path: `fixture/job-aids/${name}`, inner: `job-aids/${name}`, text }],
  })
const said = (text: string, name?: string) => loaded(text, name).problems.map(problemLine).join('\n')

describe('a job aid', () => {
  test('is made of headings, lists, boxes, tables and lines to write on', () => {
    const { catalogue, problems } = loaded(card)
    expect(problems).toEqual([])
    const [aid] = catalogue.jobAids
    expect(aid!.sheet.blocks.map(({ kind }) => kind)).toEqual([
      'heading',
      'list',
      'paragraph',
      'list',
      'list',
      'table',
      'fields',
      'blank',
      'key-point',
    ])
    const html = sheetHtml(aid!.sheet.blocks)
    expect(html).toContain('<strong>Say hello</strong> at once.<sup>&nbsp;1</sup>')
    expect(html).toContain('<ul class="sheet-boxes">\n<li>Shoes off</li>\n<li>Hands washed</li>')
    expect(html).toContain(`<th scope="row">Hey</th>\n<td>Good morning</td>`)
    expect(html).toContain('<span class="sheet-field">Name</span> <span class="sheet-field">Day</span>')
  })

  test('takes its values from the register, so that one edit fixes it', () => {
    const { catalogue } = loaded(card)
    expect(catalogue.jobAids[0]!.sheet.lead).toBe('What to do at the door within 24 hours.')
    const edited = fixture.facts!.text.replace('24 hours', 'two days')
    expect(loaded(card, undefined, edited).catalogue.jobAids[0]!.sheet.lead).toContain('within two days')
  })

  test('shows when its oldest fact was checked, and is not part of any course version', () => {
    const { catalogue } = loaded(card)
    const without = loadFolder({ ...fixture, jobAids: [] }).catalogue
    expect(catalogue.jobAids[0]!.sheet.notes[0]![0]!.text).toMatch(
      /^Facts last checked on [A-Z][a-z]+ \d+, \d{4}/,
    )
    expect(catalogue.courses.get('welcome')!.current.hash).toBe(without.courses.get('welcome')!.current.hash)
  })

  test.each([
    [
      'a value that is not there',
      card.replace('{{welcome_limit}}', '{{welcom_limit}}'),
      ':3: There is no value',
    ],
    ['a fact that is not there', card.replace('F-01', 'F-99'), ':9: There is no fact "F-99"'],
    ['no purpose', card.replace(/purpose: .*\n/, ''), 'purpose'],
    ['no head', card.replaceAll('---', ''), ':1: It has no front matter.'],
    [
      'a block of lessons',
      card.replaceAll('key-point', 'dialogue'),
      'The block "dialogue" is not allowed in a job aid or guide.',
    ],
    ['a list in a list', card.replace('- **Say', '- x\n    - y\n- **Say'), 'A list is inside another list.'],
    [
      'a missing checkbox',
      card.replace('- [ ] Hands', '- Hands'),
      'Only some lines of this list start with a checkbox',
    ],
    ['a picture', card.replace('Be kind.', '![x](y.png)'), 'There is a picture here'],
    [
      'a lesson that is not there',
      card.replace('at-the-door]', 'at-the-gate]'),
      'There is no lesson "welcome/first-day/at-the-gate"',
    ],
    ['a deadline without a fact', card.replace('Be kind.', 'Call within 3 hours.'), 'cites no fact'],
  ])('%s is reported by file and line', (_, text, message) => {
    expect(said(text)).toContain(message)
    expect(said(text)).toContain('fixture/job-aids/01-door-card.md:')
  })

  test('a file with a wrong name is ignored with a warning', () => {
    expect(said(card, 'Door card.md')).toContain('This file is not used.')
  })

  test('has an address of its own', () => {
    const files = ['01-card.md', '02-card.md'].map((name) => ({
      path: `fixture/job-aids/${name}`,
      inner: `job-aids/${name}`,
      text: card,
    }))
    expect(loadFolder({ ...fixture, jobAids: files }).problems.map(problemLine)).toEqual([
      'fixture/job-aids/02-card.md:1: There are two job aids "card". Give each one a different name.',
    ])
  })

  test('that is longer than a page, or has a character without a font, is reported', () => {
    const faults = (text: string) => jobAidFaults(loaded(text).catalogue).map(problemLine)
    expect(faults(card)).toEqual([])
    expect(faults(card + '\nAnother line of advice for whoever stands at the door.\n'.repeat(80))).toEqual([
      'fixture/job-aids/01-door-card.md:1: It is longer than one page. Shorten it, or give it "columns: 2".',
    ])
    expect(faults(card.replace('Be kind', '\u{1F600}'))[0]).toContain('No font has the character')
  })

  test('has a row in the report', () => {
    const { catalogue, problems } = loaded(card)
    expect(coursesReport(catalogue, problems, '2026-11-23').job_aids).toEqual([
      {
        job_aid: 'door-card',
        title: 'Door card',
        words: expect.any(Number),
        reading_grade: expect.any(Number),
        facts: { V: 1, V2: 0, U: 0 },
        fact_keys: { V: ['F-01'], V2: [], U: [] },
        checked: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      },
    ])
  })
})
