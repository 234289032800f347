import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { openCourses } from '#server/courses/authoring/rendered-courses.ts'
import { fixtureDir } from './fixture.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-rendered-'))
const courses = path.join(folder, 'courses')
const cache = path.join(folder, 'cache')
const kept = () => readdirSync(cache).map((name) => path.join(cache, name))

beforeEach(() => {
  rmSync(cache, { recursive: true, force: true })
  cpSync(fixtureDir, courses, { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a second start takes what the first one rendered, and it is the same', async () => {
  const first = await openCourses(courses, cache)
  expect(first).toEqual(loadCourses(courses))
  const written = readFileSync(kept()[0]!)
  expect(await openCourses(courses, cache)).toEqual(first)
  expect(kept()).toHaveLength(1)
  expect(readFileSync(kept()[0]!).equals(written)).toBe(true)
})

test('a changed lesson is rendered again, and what was kept before is gone', async () => {
  await openCourses(courses, cache)
  const [before] = kept()
  const lesson = readdirSync(courses, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('.md'),
  )!
  const text = readFileSync(path.join(courses, lesson), 'utf8')
  writeFileSync(path.join(courses, lesson), `${text}\nOne more sentence.\n`)
  expect(await openCourses(courses, cache)).toEqual(loadCourses(courses))
  expect(kept()).toHaveLength(1)
  expect(kept()[0]).not.toBe(before)
})

test('a damaged copy is not used', async () => {
  await openCourses(courses, cache)
  const [file] = kept()
  const bytes = readFileSync(file!)
  bytes[bytes.length - 100]! ^= 1
  writeFileSync(file!, bytes)
  expect(await openCourses(courses, cache)).toEqual(loadCourses(courses))
})

test('a folder that can’t be written costs only time', async () => {
  expect(await openCourses(courses, path.join(courses, 'facts.yml/cache'))).toEqual(loadCourses(courses))
})
