import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { academyCode } from '#server/law/facts/facts.ts'
import { factsSchema } from '#server/law/facts/facts-schema.ts'
import { requirementIds, requirementOn, versionOn } from '#server/law/facts/ruleset.ts'
import {
  defaultSettings,
  interpretationSentence,
  interpretations,
  type SettingName,
} from '#server/law/facts/settings.ts'
import { ruleSentence, rules } from '#server/law/reasons/rules.ts'

describe('the rule set', () => {
  test('has the five requirements, each with its statute, source and certainty', () => {
    expect(requirementIds).toEqual([
      'residential-initial',
      'residential-annual',
      'child-protection-trafficking',
      'child-protection-foundation',
      'annual-hours',
    ])
    for (const id of requirementIds) {
      const requirement = requirementOn(id, '2026-04-01')
      expect(requirement).toMatchObject({ id, version: 1 })
      expect(requirement.citation).toMatch(/^Minn\. Stat\. (245A|260E)\./)
      expect(['verified', 'inferred', 'local policy']).toContain(requirement.status)
      for (const words of [requirement.title, requirement.scope, requirement.source, requirement.due_words])
        expect(words).not.toBe('')
    }
  })

  test('judges a past day by the version in effect then', () => {
    const versions = [
      { effective_from: '2022-08-01', words: 'first' },
      { effective_from: '2027-01-01', words: 'second' },
    ]
    expect(versionOn(versions, '2026-12-31').words).toBe('first')
    expect(versionOn(versions, '2027-01-01').words).toBe('second')
    expect(versionOn(versions, '2020-01-01').words).toBe('first')
    expect(versionOn([{ effective_from: null, words: 'always' }], '2020-01-01').words).toBe('always')
  })

  test('has the rules R0 to R21, each with a description', () => {
    expect(rules.map(({ code }) => code)).toEqual(Array.from({ length: 22 }, (_, index) => `R${index}`))
    for (const { code } of rules)
      expect(ruleSentence(code, 'Minn. Stat.')).toMatch(
        new RegExp(`^Rule ${code}: [^]+ \\([^]*Minn. Stat.[^]*\\)\\.$`),
      )
  })

  test('cites the law only by section and never quotes it', () => {
    for (const { words } of rules) expect(words).not.toMatch(/[“"]/)
  })
})

describe('the interpretations that the law leaves open', () => {
  const names = Object.keys(defaultSettings) as SettingName[]

  test('are exactly the settings that facts may have', () => {
    expect(Object.keys(factsSchema.properties.settings.properties).sort()).toEqual([...names].sort())
    expect(Object.keys(interpretations).sort()).toEqual([...names].sort())
  })

  test('each have a sentence for every value', () => {
    const other = {
      annual_anchor: 'keep-month',
      leave: 'keeps-running',
      transfer: 'verified-first',
      rehire: 'initial-again',
      later_certification: 'day-of',
      same_day_contact: 'day-before',
      refresher: 'counts',
      fast_completions: 'after-confirmation',
      hours_year: 'fiscal',
      fiscal_year_month: 10,
      trafficking_due_months: 1,
    } as const
    for (const name of names) {
      const [one, two] = [
        interpretationSentence(name, defaultSettings),
        interpretationSentence(name, { ...defaultSettings, ...other }),
      ]
      expect(one).toMatch(
        /^This program’s interpretation \(R\d+, not settled by the law we have seen\): .+\.$/,
      )
      expect(two).not.toBe(one)
    }
    expect(
      interpretationSentence('trafficking_due_months', { ...defaultSettings, trafficking_due_months: 6 }),
    ).toContain('6 months')
  })
})

test('Academy codes are recognized in any spelling', () => {
  expect(['X205', 'x-205', 'CWTA X205', ' mncwta x 205 ', '239a'].map(academyCode)).toEqual([
    'X205',
    'X205',
    'X205',
    'X205',
    '239A',
  ])
  expect([null, undefined, '', ' - '].map(academyCode)).toEqual([null, null, null, null])
})

describe('docs/rules.md', () => {
  const page = readFileSync('docs/rules.md', 'utf8')

  test('has every rule with its number, title and certainty', () => {
    for (const { code, title, status } of rules)
      expect(page).toMatch(
        new RegExp(`### ${code}\\. ${title}\\n\\n\\*${status[0]!.toUpperCase()}${status.slice(1)}`),
      )
  })

  test('has every requirement and every setting', () => {
    for (const id of requirementIds) expect(page).toContain(`\`${id}\``)
    for (const name of Object.keys(defaultSettings)) expect(page).toContain(`\`${name}\``)
  })
})
