import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { project } from '#test/support/service.ts'

/** Levels 1 and 2 of ASVS 5.0.0: 70 and 183 requirements, by section with their numbers. */
const standard = `1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5
  3.7.1-2 4.1.1-3 4.2.1 4.3.1-2 4.4.1-4 5.1.1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3
  6.8.1-4 7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2 8.1.1-2 8.2.1-3 8.3.1 8.4.1 9.1.1-3 9.2.1-4 10.1.1-2 10.2.1-2
  10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1 11.6.1 12.1.1-3 12.2.1-2
  12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3 15.3.1-7 16.1.1 16.2.1-5
  16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2`

const numbers = standard.split(/\s+/).flatMap((text) => {
  const [, section, first, last] = /^(\d+\.\d+)\.(\d+)(?:-(\d+))?$/.exec(text)!
  const count = Number(last ?? first) - Number(first) + 1
  return Array.from({ length: count }, (_, at) => `${section}.${Number(first) + at}`)
})

const text = readFileSync(path.join(project, 'docs/security.md'), 'utf8')
const lines = [...text.matchAll(/^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, number = '', level = '', subject = '', state = '', how = '']) => ({
    number,
    level,
    subject,
    state,
    how,
  }),
)

test('docs/security.md answers each requirement of ASVS 5.0 levels 1 and 2 once, and counts them', () => {
  expect(numbers).toHaveLength(70 + 183)
  expect(lines.map(({ number }) => number)).toEqual(numbers)
  const count = (level: string, state: string) =>
    lines.filter((line) => line.level === level && line.state === state).length
  for (const level of ['1', '2']) {
    const counts = ['met', 'not met', 'not applicable'].map((state) => count(level, state))
    expect(counts.reduce((sum, one) => sum + one)).toBe(level === '1' ? 70 : 183)
    expect(text).toContain(`| ${level} | ${counts.join(' | ')} |`)
  }
  expect(lines.filter(({ how }) => how.trim() === '')).toEqual([])
})

test('each requirement that is met names a file that shows it', () => {
  const met = lines.filter(({ state }) => state === 'met')
  expect(met.filter(({ how }) => !/`[\w./-]+\.\w+`|`Dockerfile`/.test(how))).toEqual([])
  const withoutTest = met.filter(({ how }) => !how.includes('`test/'))
  expect(withoutTest.filter(({ how }) => !/^by design|^documented|^written down/.test(how))).toEqual([])
})

test('no file of the service turns off the check of certificates', () => {
  const files = globSync('server/**/*.ts', { cwd: project })
  expect(files.length).toBeGreaterThan(500)
  const text = files.map((file) => readFileSync(path.join(project, file), 'utf8')).join('\n')
  expect(text).not.toMatch(/rejectUnauthorized|NODE_TLS_REJECT|checkServerIdentity/)
})

test('docs/security.md names only files and tests that exist', () => {
  const named = [...text.matchAll(/`([\w.][\w./-]*\/[\w./-]+|\.?[A-Za-z][\w-]*\.(?:md|json|ts))`/g)].map(
    ([, file]) => file!,
  )
  expect(named.length).toBeGreaterThan(150)
  expect(named.filter((file) => !existsSync(path.join(project, file)))).toEqual([])
})
