import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const server = path.join(import.meta.dirname, '../server')

/** Imports point one way: a feature knows itself and what stands to its left. */
const order = [
  ...[
    'lib',
    'law',
    'db',
    'web',
    'ledger',
    'people',
    'programs',
    'courses',
    'paper',
    'certificates',
    'handouts',
  ],
  ...['learning', 'standings', 'training', 'classroom', 'oversight', 'admin', 'demo'],
  ...['config', 'settings', 'app', 'timed-jobs', 'main', 'cli'],
]

/** Files that touch the world without being routes, actions or queries, each for a reason of its own. */
const worldly: Readonly<Record<string, string>> = {
  'people/sessions.ts': 'lucia behind one adapter',
  'people/viewer.ts': 'the viewer hook',
  'people/passwords.ts': 'the queue of hashes',
  'programs/as-of.ts': 'the SQL of what held on a day, as known on another',
  'certificates/certificates/drawing.ts': 'the PDF drawing',
  'courses/load.ts': 'the course loader',
  'demo/fill.ts': 'the demonstration',
}

const files = readdirSync(server, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== 'db/schema.ts')
  .map((file) => ({ file, text: readFileSync(path.join(server, file), 'utf8') }))

const roomOf = (file: string) => (file.includes('/') ? file.split('/')[0]! : file.replace(/\.ts$/, ''))
const importsOf = (text: string) =>
  [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(([, target]) => target!)

test('a file imports from its own room or from one to its left, and never from above', () => {
  const wrong = files.flatMap(({ file, text }) =>
    importsOf(text).flatMap((target) => {
      if (target.startsWith('../')) return [`${file} imports ${target}`]
      const own = order.indexOf(roomOf(file))
      const other = target.startsWith('#server/') ? order.indexOf(roomOf(target.slice(8))) : -1
      const isConfig = target === '#server/config.ts' || file === 'config.ts'
      return !isConfig && other > own ? [`${file} imports ${target}`] : []
    }),
  )
  expect(wrong).toEqual([])
})

test('nobody imports routes but app.ts', () => {
  const wrong = files.flatMap(({ file, text }) =>
    importsOf(text)
      .filter((target) => /(^|[/.])routes\.ts$/.test(target))
      .filter(
        (target) =>
          file !== 'app.ts' && roomOf(target.replace('#server/', '')) !== 'web' && roomOf(file) !== 'web',
      )
      .map((target) => `${file} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('queries call no rule, actions know no HTTP, and rules touch neither database nor clock', () => {
  const wrong = files.flatMap(({ file, text }) => {
    const name = path.basename(file)
    const room = roomOf(file)
    if (
      ['db', 'web', 'lib', 'cli', 'app', 'main', 'config', 'settings', 'timed-jobs'].includes(room) ||
      worldly[file]
    )
      return []
    const kind = /(^|\.)(routes|actions|queries)\.ts$/.exec(name)?.[2] ?? 'rule'
    // A type may be named anywhere; it brings nothing with it.
    const imports = importsOf(text.replaceAll(/import type [^;]*?from '[^']+'/gs, ''))
    const found: string[] = []
    if (kind === 'actions' && imports.includes('fastify')) found.push('an action knows HTTP')
    if (kind === 'rule' && imports.some((target) => ['kysely', 'pg', 'fastify'].includes(target)))
      found.push('a rule touches the world')
    if (kind === 'rule' && /\bnew Date\(\)|\bDate\.now\(\)/.test(text)) found.push('a rule reads the clock')
    return found.map((what) => `${file}: ${what}`)
  })
  expect(wrong).toEqual([])
})

test('there is no room for what has no name', () => {
  const wrong = files.filter(({ file }) =>
    /(^|\/)(utils?|helpers?|common|services?|index)(\.ts|\/)/.test(file),
  )
  expect(wrong.map(({ file }) => file)).toEqual([])
})

test('templates write unescaped text only where it was rendered from a checked course or another template', () => {
  const views = path.join(import.meta.dirname, '../views')
  const raw = readdirSync(views, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.eta'))
    .flatMap((file) => {
      const text = readFileSync(path.join(views, file), 'utf8')
      return [...text.matchAll(/<%~\s*([\s\S]*?)%>/g)]
        .map(([, code]) => code!.trim())
        .filter((code) => !code.startsWith('include('))
        .map((code) => ({ file, code }))
    })
  const rooms = new Set(raw.map(({ file }) => file.split('/')[0]))
  for (const room of rooms)
    expect(['learning', 'courses', 'handouts', 'layout.eta', 'oversight']).toContain(room)
})
