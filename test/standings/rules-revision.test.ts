import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lawFiles, revisionOf, rulesRevision } from '#server/standings/rules-revision.ts'

const importsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/from '([^']+)'/g)].map(([, target]) => target!)

test('the rules revision changes with any character of the law, but not with the order or names of its files', () => {
  expect(rulesRevision).toMatch(/^[0-9a-f]{16}$/)
  expect(revisionOf(['a', 'b'])).toBe(revisionOf(['b', 'a']))
  expect(revisionOf(['a', 'b'])).not.toBe(revisionOf(['a', 'c']))
  expect(revisionOf(['a'])).not.toBe(revisionOf(['a', 'a']))
})

test('the law imports only its own files, the calendar and the two schema readers', () => {
  const wrong = lawFiles.flatMap((file) =>
    importsOf(file)
      .filter((target) => !/^(\.\/|#server\/(law|lib)\/|ajv$|typebox$)/.test(target))
      .map((target) => `${path.basename(file)} imports ${target}`),
  )
  expect(lawFiles.length).toBeGreaterThan(30)
  expect(wrong).toEqual([])
})
