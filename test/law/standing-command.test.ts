import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishedSchema } from '#server/law/reasons/answer-schema.ts'
import { isDay } from '#server/lib/days.ts'
import { ask, atNorthStar, done } from './asking.ts'

type Ran = { readonly code: number; readonly out: string; readonly err: string }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'standing-'))
})
afterAll(() => rm(folder, { recursive: true }))

function run(words: readonly string[], input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['server/cli/standing.ts', ...words], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
    child.stdin?.end(input)
  })
}

async function fileOf(text: string): Promise<string> {
  const path = join(folder, `${Math.random()}.json`)
  await writeFile(path, text)
  return path
}

describe('the standing command', () => {
  const facts = atNorthStar({}, [done('2024-02-05', { recorded_on: '2024-02-20' })])

  test('answers from a file, in the published format', async () => {
    const { code, out, err } = await run([await fileOf(JSON.stringify(facts)), '--on', '2024-06-01'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const answer = JSON.parse(out)
    expect(answer).toEqual(ask(facts, '2024-06-01'))
    expect(Object.keys(answer)).toEqual(['on', 'requirements', 'clearance'])
    expect(Object.keys(answer.requirements[0])).toEqual([
      'requirement',
      'program',
      'standing',
      'due_on',
      'satisfied_on',
      'late_days',
      'rule',
      'citation',
      'explanation',
    ])
    expect(Object.keys(answer.clearance[0])).toEqual(['program', 'answer', 'until', 'on_leave', 'because'])
  })

  test('answers from standard input, with a byte order mark and a US date', async () => {
    const { code, out } = await run(['-', '--on', '6/1/2024'], `\uFEFF${JSON.stringify(facts)}`)
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual(ask(facts, '2024-06-01'))
  })

  test('answers as known on an earlier day', async () => {
    const { out } = await run(['-', '--on', '2024-06-01', '--as-known', '2024-02-19'], JSON.stringify(facts))
    expect(JSON.parse(out).requirements[0].standing).toBe('not_cleared')
  })

  test('answers for today by default', async () => {
    const { code, out } = await run(['-'], '{}')
    expect(code).toBe(0)
    expect(isDay(JSON.parse(out).on)).toBe(true)
  })

  test('prints its usage', async () => {
    const { code, out } = await run(['--help'])
    expect(code).toBe(0)
    expect(out).toContain('Usage: npm run --silent standing -- facts.json|-')
  })

  test('prints the published schema', async () => {
    const { code, out } = await run(['--schema'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(publishedSchema())))
  })

  test.each([
    [
      'a malformed fact',
      JSON.stringify({ ...facts, assignments: [{ program: 'north-star', hired_on: '2024-13-01' }] }),
      'assignments[0].hired_on: "2024-13-01" is not a day\n',
    ],
    ['an unknown key', JSON.stringify({ setting: {} }), 'setting: is not a fact known here'],
    [
      'an unknown setting',
      JSON.stringify({ settings: { grace_days: 30 } }),
      'settings.grace_days: is not a setting known here',
    ],
    [
      'a contradiction',
      JSON.stringify(atNorthStar({ separated_on: '2023-01-01', contact: [] })),
      'assignments[0].separated_on: 2023-01-01 is before the start on 2024-02-01',
    ],
    ['what is not JSON', '{ "programs": [ }', 'standard input: not JSON: '],
    ['nothing', '', 'standard input: not JSON: '],
  ])('refuse %s with exit code 2 and say where', async (_, input, words) => {
    const { code, out, err } = await run(['-', '--on', '2024-06-01'], input)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(words)
  })

  test.each([
    ['no file', [], 'Usage: '],
    ['two files', ['a.json', 'b.json'], 'Usage: '],
    [
      'a file that is not there',
      ['no-such-file.json', '--on', '2024-06-01'],
      'no-such-file.json: cannot be read: ',
    ],
    ['a day that is none', ['-', '--on', '2024-02-30'], '--on: "2024-02-30" is not a day'],
    [
      'a known day that is none',
      ['-', '--on', '2024-02-03', '--as-known', 'then'],
      '--as-known: "then" is not a day',
    ],
    ['an unknown option', ['-', '--when', '2024-02-30'], 'Usage: '],
  ])('refuse %s', async (_, words, said) => {
    const { code, out, err } = await run(words, '{}')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(said)
  })
})
