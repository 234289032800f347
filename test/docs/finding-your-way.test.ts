import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const project = path.join(import.meta.dirname, '../..')

test.each(['docs/finding-your-way.md', 'README.md', 'CONTRIBUTING.md'])(
  '%s names no file that is not there',
  (page) => {
    const text = readFileSync(path.join(project, page), 'utf8')
    const named = [
      ...text.matchAll(/`((?:server|views|static|docs|courses|test|migrations|bench)\/[\w./-]+)`/g),
    ].map(([, file]) => file!)
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((file) => !existsSync(path.join(project, file)))).toEqual([])
  },
)

test('the diagram of tables names no table that is not there', () => {
  const schema = readFileSync(path.join(project, 'server/db/schema.ts'), 'utf8')
  const text = readFileSync(path.join(project, 'docs/finding-your-way.md'), 'utf8')
  const tables = [...text.matchAll(/^ {2}(\w+) \|\|--\w*[o|]\S* (\w+) :/gm)].flatMap(([, one, other]) => [
    one!,
    other!,
  ])
  expect(tables.length).toBeGreaterThan(40)
  expect(tables.filter((table) => !new RegExp(`^ {2}${table}: `, 'm').test(schema))).toEqual([])
})
