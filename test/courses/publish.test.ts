import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { problemLine } from '#server/courses/authoring/files/problems.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { door, fixtureDir, pool, publish } from './fixture.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'courses-'))
  cpSync(fixtureDir, dir, { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true }))

const edit = (path: string, change: (text: string) => string) =>
  writeFileSync(join(dir, path), change(readFileSync(join(dir, path), 'utf8')))
const numbered = (version: string) =>
  edit('welcome/course.yml', (text) => text.replace(/version: .*/, `version: ${version}`))
const welcome = () => loadCourses(dir).catalogue.courses.get('welcome')!
const errors = () =>
  loadCourses(dir)
    .problems.filter(({ level }) => level === 'error')
    .map(problemLine)
const meaning = ['--change', 'meaning', '--summary', 'Soup comes first now.'] as const

describe('publishing a text', () => {
  test('freezes it with the current register and prints what happened and what to do next', () => {
    const said = publish(dir, 'welcome', '1.0.0', ...meaning)
    expect(said).toMatchObject({ code: 0, stderr: '' })
    expect(said.stdout).toContain('version 1.0.0, is published under welcome/published/1.0.0')
    expect(said.stdout).toContain('Lessons changed: first-day/at-the-door, first-day/practice')
    expect(said.stdout).toMatch(/Next:\n {2}1\. Commit/)
    expect(said.stdout).toContain('sets the deadline')
    for (const name of ['facts.yml', 'glossary.yml'])
      expect(readFileSync(join(dir, 'welcome/published/1.0.0', name), 'utf8')).toBe(
        readFileSync(join(dir, name), 'utf8'),
      )
    expect(errors()).toEqual([])
    const course = welcome()
    expect(course.current).toMatchObject({ version: '1.0.0', state: 'published', hash: course.working!.hash })
    expect(course.current.change).toMatchObject({
      kind: 'meaning',
      since: '0.9.0',
      summary: 'Soup comes first now.',
      publishedBy: 'pat@house.example',
      questions: [],
    })
  })

  test('lists only the lessons and pools that changed since the previous version', () => {
    publish(dir, 'welcome', '1.0.0', ...meaning)
    numbered('1.0.1')
    edit(door, (text) => text.replace('Tea first', 'Soup first'))
    const said = publish(dir, 'welcome', '1.0.1', ...meaning)
    expect(said.stdout).toContain('Lessons changed: first-day/at-the-door\n')
    expect(said.stdout).toContain('Questions changed: none')
    numbered('1.0.2')
    edit(pool, (text) => text.replace('It is warm.', 'It warms.'))
    const again = publish(dir, 'welcome', '1.0.2', '--change', 'typo', '--summary', 'A word.')
    expect(again.stdout).toContain('Lessons changed: none')
    expect(again.stdout).toContain('Questions changed: first-day')
  })

  test('counts a lesson as changed if its drawing or a value that it shows changed', () => {
    publish(dir, 'welcome', '1.0.0', ...meaning)
    numbered('1.0.1')
    edit('welcome/figures/way-in.svg', (text) => text.replace('The door', 'A door'))
    const drawn = publish(dir, 'welcome', '1.0.1', '--change', 'typo', '--summary', 'The drawing.')
    expect(drawn.stdout).toMatch(/Lessons changed: first-day\/\S+\n/)
    numbered('1.0.2')
    edit('facts.yml', (text) => text.replace('1-555-010-0100', '1-555-010-0111'))
    const called = publish(dir, 'welcome', '1.0.2', '--change', 'clarification', '--summary', 'A new number.')
    expect(called.stdout).toContain('first-day/at-the-door')
  })

  test.each([
    ['a version that exists', ['welcome', '0.9.0', ...meaning], 'Version 0.9.0 is already published'],
    [
      'a version that is not higher',
      ['welcome', '0.8.7', ...meaning],
      '0.8.7 is not higher than the last published version, 0.9.0',
    ],
    [
      'a number that the text does not have',
      ['welcome', '2.0.0', ...meaning],
      'Set 2.0.0 in welcome/course.yml',
    ],
    [
      'a change of no kind',
      ['welcome', '1.0.0', '--summary', 'So.'],
      '--change typo, --change clarification, --change meaning',
    ],
    [
      'a change of an unknown kind',
      ['welcome', '1.0.0', '--change', 'big', '--summary', 'So.'],
      'kind of change',
    ],
    ['a change without a summary', ['welcome', '1.0.0', '--change', 'typo'], '--summary'],
    ['a course that is not there', ['welcom', '1.0.0', ...meaning], 'There is no course "welcom"'],
    ['a number of another form', ['welcome', '1.0', ...meaning], 'three numbers with periods'],
  ])('refuses %s, and writes nothing', (_, words, reason) => {
    const said = publish(dir, ...words)
    expect(said.code).toBe(1)
    expect(said.stderr).toContain(reason)
    expect(existsSync(join(dir, 'welcome/published/1.0.0'))).toBe(false)
  })

  test('refuses a text with errors and lists them by file and line', () => {
    edit(door, (text) => text.replace('[^F-01]', '[^F-99]'))
    const said = publish(dir, 'welcome', '1.0.0', ...meaning)
    expect(said.code).toBe(1)
    expect(said.stderr).toMatch(/01-at-the-door\.md:\d+: There is no fact "F-99"/)
    expect(said.stderr).toContain('Fix the errors in the courses')
  })

  test('accepts a first version without a summary', () => {
    rmSync(join(dir, 'welcome/published'), { recursive: true })
    const said = publish(dir, 'welcome', '1.0.0')
    expect(said.code).toBe(0)
    expect(welcome().current.change).toMatchObject({ kind: 'first', since: '' })
  })
})

describe('a published version', () => {
  beforeEach(() => void publish(dir, 'welcome', '1.0.0', ...meaning))

  test.each([
    ['a lesson', '01-first-day/01-at-the-door.md', (text: string) => text.replace('Tea first', 'Soup first')],
    ['a question', '01-first-day/questions.yml', (text: string) => text.replace('It is warm.', 'It warms.')],
    ['a value that it shows', 'facts.yml', (text: string) => text.replace('"24 hours"', '"12 hours"')],
    ['its hash', 'change.yml', (text: string) => text.replace(/hash: .*/, `hash: ${'af'.repeat(32)}`)],
  ])('is not loaded after %s was edited', (_, path, change) => {
    edit(`welcome/published/1.0.0/${path}`, change)
    expect(errors().join('\n')).toMatch(
      /published\/1\.0\.0\/change\.yml:\d+: The text of version 1\.0\.0 was changed after it was published\. Never edit a published version\. Restore its files, and make the change in the draft under a new version number\./,
    )
  })

  test('needs its change.yml', () => {
    rmSync(join(dir, 'welcome/published/1.0.0/change.yml'))
    expect(errors().join('\n')).toContain('has no change.yml')
  })

  test('stays unchanged while the draft changes', () => {
    const before = welcome().current
    numbered('1.1.0')
    edit(door, (text) => text.replace('Tea first', 'Soup first'))
    const after = welcome()
    expect(errors()).toEqual([])
    expect(after.current.hash).toBe(before.hash)
    expect(after.working!.version).toBe('1.1.0')
    expect(after.current.modules[0]!.lessons[0]!.html).toContain('Tea first')
  })

  test('that was half written in a crash is not loaded', () => {
    const unfinished = join(dir, 'welcome/published/.1.1.0-unfinished')
    cpSync(join(dir, 'welcome/published/1.0.0'), unfinished, { recursive: true })
    expect([...welcome().versions.keys()]).toEqual(['1.0.0', '0.9.0'])
    expect(errors()).toEqual([])
  })
})
