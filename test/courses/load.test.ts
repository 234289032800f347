import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { door, fixtureDir, loadedAfter, pool, publish, saidAfter } from './fixture.ts'

const { catalogue, problems } = loadCourses(fixtureDir)
const course = catalogue.courses.get('welcome')!
const working = course.working!

describe('a valid course', () => {
  test('has no errors and no warnings', () => {
    expect(problems).toEqual([])
  })

  test('is read with its modules, lessons and questions in order', () => {
    expect(working).toMatchObject({
      slug: 'welcome',
      version: '1.0.0',
      state: 'working',
      shortTitle: 'Welcoming a newcomer',
      writtenBy: ['Pat Example'],
      minutes: 11,
    })
    expect(working.summary).toContain('within 24 hours')
    const [module] = working.modules
    expect(module).toMatchObject({
      number: 1,
      slug: 'first-day',
      passMark: 80,
      draw: 8,
      assessmentMinutes: 3,
    })
    expect(module!.objectives[1]).toBe('show them around within 24 hours')
    expect(module!.lessons.map(({ number, slug }) => `${number} ${slug}`)).toEqual([
      '1 at-the-door',
      '2 practice',
    ])
    expect([...module!.questions.values()].map(({ type }) => type)).toContain('scenario')
    expect(module!.questions.size).toBe(17)
  })

  test('starts people on the newest published version and keeps every version available', () => {
    expect(course.current.version).toBe('0.9.0')
    expect(course.current.state).toBe('published')
    expect([...course.versions.keys()]).toEqual(['1.0.0', '0.9.0'])
  })

  test('shows a published version with its original values and today’s support lines', () => {
    const html = course.published[0]!.modules[0]!.lessons[0]!.html
    expect(html).toContain('1-555-010-0199')
    expect(html).toContain('href="tel:988"')
    const fixed = loadedAfter({ 'facts.yml': (text) => text.replace('"988"', '"989"') })
    const after = fixed.catalogue.courses.get('welcome')!.published[0]!
    expect(after.modules[0]!.lessons[0]!.html).toContain('href="tel:989"')
    expect(after.hash).toBe(course.published[0]!.hash)
  })

  test('has support lines and a glossary for pages of their own', () => {
    expect(catalogue.support.map(({ name }) => name)).toEqual([
      'Immediate danger',
      'Suicide & Crisis Lifeline',
      'Crisis Text Line',
    ])
    expect(catalogue.support[2]!.text).toEqual({ to: '741741', words: 'text MN to 741741' })
    expect(catalogue.glossary.map(({ term, slug }) => `${term} #${slug}`)).toEqual([
      'front desk #front-desk',
      'newcomer #newcomer',
    ])
    expect(catalogue.glossary[0]!.html).toContain('1-555-010-0100')
  })
})

describe('the content hash', () => {
  const hashAfter = (edits: Parameters<typeof loadedAfter>[0]) =>
    loadedAfter(edits).catalogue.courses.get('welcome')!.working!.hash

  test('is 64 hex digits and the same at every load', () => {
    expect(working.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(hashAfter({})).toBe(working.hash)
  })

  test('changes with a lesson, a question, a drawing or a value that the text shows', () => {
    const edits = [
      { [door]: (text: string) => text.replace('Tea first', 'Soup first') },
      { [pool]: (text: string) => text.replace('It is warm.', 'It warms.') },
      { 'welcome/figures/way-in.svg': (text: string) => text.replace('The door', 'A door') },
      { 'facts.yml': (text: string) => text.replace('"24 hours"', '"12 hours"') },
      { 'facts.yml': (text: string) => text.replace('"House handbook"', '"The handbook"') },
      { 'glossary.yml': (text: string) => text.replace('last week', 'last month') },
    ]
    const hashes = edits.map(hashAfter)
    expect(new Set([working.hash, ...hashes]).size).toBe(edits.length + 1)
  })

  test('stays the same when a fact is checked again or an unused value changes', () => {
    const rechecked = { 'facts.yml': (text: string) => text.replace('2026-10-01', '2026-11-20') }
    const elsewhere = { 'facts.yml': (text: string) => text.replace('MN to 741741', 'HOME to 741741') }
    expect(hashAfter(rechecked)).toBe(working.hash)
    expect(hashAfter(elsewhere)).toBe(working.hash)
  })

  test('stays the same when a text is frozen and with other line endings', () => {
    const dir = mkdtempSync(join(tmpdir(), 'courses-'))
    try {
      cpSync(fixtureDir, dir, { recursive: true })
      const frozen = join(dir, 'welcome/published/1.0.0')
      expect(
        publish(dir, 'welcome', '1.0.0', '--change', 'clarification', '--summary', 'More of it.').code,
      ).toBe(0)
      const lesson = join(frozen, '01-first-day/01-at-the-door.md')
      writeFileSync(lesson, readFileSync(lesson, 'utf8').replaceAll('\n', '\r\n'))
      const { catalogue, problems } = loadCourses(dir)
      expect(problems).toEqual([])
      const { current, versions } = catalogue.courses.get('welcome')!
      expect(current).toMatchObject({ version: '1.0.0', state: 'published', hash: working.hash })
      expect([...versions.keys()]).toEqual(['1.0.0', '0.9.0'])
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})

test('a draft with the number of a published version must have the same text', () => {
  const said = saidAfter({
    'welcome/course.yml': (text) => text.replace('1.0.0', '0.9.0'),
  })
  expect(said).toEqual([
    'error fixture/welcome/course.yml:1: Version 0.9.0 is published, but this draft differs from it. Give the draft a new version number.',
  ])
})

test('a folder without course.yml is not a course, and a warning says so', () => {
  const said = saidAfter({ 'welcome/course.yml': null, 'welcome/published/0.9.0/course.yml': null })
  expect(said).toContainEqual(
    expect.stringMatching(/^warning fixture\/welcome\/course.yml:1: This folder has no course.yml/),
  )
})
