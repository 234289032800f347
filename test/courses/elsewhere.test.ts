import { describe, expect, test } from 'vitest'
import { readCoursesFolder } from '#server/courses/authoring/files/course-files.ts'
import { problemLine } from '#server/courses/authoring/files/problems.ts'
import { loadFolder } from '#server/courses/authoring/load.ts'
import { recordPath } from '#server/courses/authoring/outside-courses.ts'
import { coursesReport } from '#server/courses/authoring/report.ts'
import { aWorld, theCourses } from '#test/support/app.ts'
import { fixtureDir } from './fixture.ts'

const fixture = readCoursesFolder(fixtureDir)
const training = `- id: kitchen
  title: Kitchen safety
  for: Cooks
  required: Within {{welcome_limit}}
  about: Knives.
  provider: The kitchen
  length: An hour
  format: In the kitchen
  url: https://kitchen.example/
  facts: [F-01]
  checked: 2026-11-24
`
const loaded = (text: string) =>
  loadFolder({ ...fixture, catalogue: { path: 'fixture/catalogue.yml', inner: 'catalogue.yml', text } })
const said = (text: string) => loaded(text).problems.map(problemLine).join('\n')

describe('outside trainings', () => {
  test('use values from the register and list their sources', () => {
    const { catalogue, problems } = loaded(training)
    expect(problems).toEqual([])
    expect(catalogue.elsewhere[0]).toMatchObject({ required: 'Within 24 hours', code: '', contact: '' })
    expect(catalogue.elsewhere[0]!.sources).not.toEqual([])
  })

  test('name each source so that no two read alike', () => {
    for (const { id, sources } of theCourses().elsewhere)
      expect(new Set(sources).size, id).toBe(sources.length)
  })

  test.each([
    ['a fact that is not there', training.replace('F-01', 'F-99'), 'There is no fact "F-99"'],
    [
      'an address that is not whole',
      training.replace('https://kitchen.example/', 'kitchen.example'),
      'Enter the full address',
    ],
    ['two of the same id', training + training, 'There are two trainings "kitchen"'],
    ['nothing behind it', training.replace('  facts: [F-01]\n', ''), '"Kitchen safety" has no source'],
    [
      'a value that is not there',
      training.replace('welcome_limit', 'welcome_limits'),
      'There is no value "{{welcome_limits}}"',
    ],
    ['no list', 'kitchen: yes\n', 'The list of outside trainings is invalid'],
  ])('report %s to their author by file and line', (_, text, message) => {
    expect(said(text)).toContain(message)
    expect(said(text)).toMatch(/^fixture\/catalogue\.yml:\d+: /)
  })

  test('are listed in the report if they were checked more than a year ago', () => {
    const { catalogue, problems } = loaded(training)
    const said = (today: string) =>
      coursesReport(catalogue, problems, today).problems.map(({ message }) => message)
    expect(said('2027-11-24')).not.toContain('"Kitchen safety" was last checked more than a year ago.')
    expect(said('2027-11-25')).toContain('"Kitchen safety" was last checked more than a year ago.')
  })

  test('are listed publicly after our own courses', async () => {
    const { visitor } = await aWorld()
    const page = await visitor().get('/courses')
    expect(page.statusCode).toBe(200)
    const own = page.body.indexOf('/courses/residential-settings')
    for (const { title } of theCourses().elsewhere)
      expect(page.body.indexOf(title.slice(0, 20))).toBeGreaterThan(own)
    for (const code of ['X205', 'X203 and X204', 'X100', 'X113']) expect(page.body).toContain(`(${code})`)
    for (const name of [
      'Mandated reporter training',
      'StreetWorks Toolkit',
      'Archives',
      'webinars',
      'Not a Number',
    ])
      expect(page.body).toContain(name)
  })

  test('link to the form that records them, with known fields filled in', async () => {
    const { as } = await aWorld()
    const ada = await as('ada@northstar.example')
    const x205 = theCourses().elsewhere.find(({ code }) => code === 'X205')!
    const form = await ada.get(recordPath(x205))
    expect(form.body).toContain('value="X205"')
    expect(form.body).toContain('value="Minnesota Child Welfare Training Academy"')
    // Two courses are two records, so no code is filled in for both.
    expect(recordPath(theCourses().elsewhere.find(({ code }) => code === 'X203 and X204')!)).not.toContain(
      'code=',
    )
  })
})
