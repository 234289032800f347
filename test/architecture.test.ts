import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { type Import, project, readServerFiles } from '#test/support/imports.ts'

/** Imports point one way: a file knows its own room, and the rooms and sub-rooms before it in this list. */
const order = [
  ...['lib', 'law/facts', 'law/reasons', 'law/residential', 'law/child-protection', 'law', 'law/examples'],
  ...[
    'db',
    'web',
    'jobs',
    'ledger',
    'people',
    'people/unsent-forms',
    'people/sign-in',
    'people/data-notices',
    'people/reading',
    'notices/webhooks',
    'notices',
    'programs',
  ],
  ...['programs/second-person', 'programs/roster/employment', 'programs/roster/changes'],
  ...['programs/roster/sign-in-links', 'programs/roster/list'],
  ...['programs/roles', 'programs/accounts', 'programs/imports'],
  ...['programs/confirmations', 'programs/record', 'programs/provisioning'],
  ...[
    'courses/catalogue',
    'courses/authoring/files',
    'courses/authoring/text',
    'courses/authoring/questions',
  ],
  ...['courses/authoring', 'courses/review/comments', 'courses/review/watch', 'courses/review'],
  ...['courses/resources', 'courses/search', 'courses'],
  ...[
    'paper',
    'certificates',
    'certificates/credentials',
    'certificates/certificates',
    'certificates/requests',
    'backup',
    'handouts',
  ],
  ...[
    'learning/questions',
    'learning/progress',
    'learning/own',
    'learning/after-care',
    'learning/versions',
    'learning',
    'standings/reminders',
    'standings',
    'training/program-requirements',
    'training',
    'training/past-trainings',
    'training/training-hours',
    'classroom/scholarships',
    'classroom/instructor-led',
    'classroom/group-sessions',
    'calendar',
    'oversight/team/exports',
    'oversight/team/bulk-changes',
    'oversight/team/saved-views',
    'oversight/team',
    'oversight/team/person',
    'oversight/shifts',
    'oversight/reviews',
  ],
  ...[
    'oversight/licensing',
    'oversight/packets',
    'oversight/verification',
    'oversight/registry',
    'oversight/waiting',
  ],
  ...[
    'admin/setup',
    'admin/branding',
    'admin/people',
    'admin/records',
    'admin/programs',
    'admin/jobs',
    'admin/mail',
    'admin/health',
    'admin/ledger',
    'admin/console',
    'admin/watch',
    'admin/retention',
    'demo',
  ],
  ...[
    'environment.ts',
    'config.ts',
    'settings.ts',
    'job-handlers.ts',
    'features.ts',
    'app.ts',
    'logging.ts',
    'web-processes.ts',
    'unused-memory.ts',
    'stopping.ts',
    'worker.ts',
    'start.ts',
    'main.ts',
    'cli',
  ],
]

/** Rooms whose work is the world itself: the database, HTTP, jobs, commands, starting up, filling a demonstration. */
const worldlyRooms =
  /^(backup|db|web|jobs|cli|demo)\/|^(app|features|main|start|web-processes|worker|config|environment|settings|stopping|job-handlers)\.ts$/

/** Files elsewhere that touch the world without being routes, actions or queries, each for a reason of its own. */
const worldly: Readonly<Record<string, string>> = {
  'lib/mail.ts': 'sends mail',
  'notices/webhooks/public-address.ts': 'compares addresses with blocks of addresses',
  'notices/webhooks/sending.ts': 'posts what happened to a program’s software',
  'courses/resources/asking-a-site.ts': 'asks a site whether a page is there',
  'people/sessions.ts': 'lucia behind one adapter',
  'people/viewer.ts': 'the hook that finds out who is asking',
  'people/passwords.ts': 'the queue of hashes, and its typed 503',
  'programs/as-of.ts': 'pieces of SQL: what held on a day, as known on another',
  'programs/roster/changes/change-forms.ts': 'the two routes that every change of the roster has',
  'certificates/certificates/constant-time.ts': 'waits until a set time has passed',
  'paper/fonts.ts': 'reads the fonts from disk',
  'certificates/credentials/key-file.ts': 'reads and writes the key file',
  'courses/authoring/load.ts': 'the course loader',
  'courses/authoring/files/course-files.ts': 'reads the course files from disk',
  'courses/authoring/rendered-courses.ts': 'keeps rendered courses on disk',
  'standings/rules-revision.ts': 'hashes the files of the law',
  'learning/taking.ts': 'loads a lesson through its learner, or answers that it is not there',
  'oversight/packets/packet-threads.ts': 'starts the threads that make packets',
}

/** What a query may use of another room's rules: each asks for rows that belong to the viewer, or on a day. */
const usedByQueries: Readonly<Record<string, string>> = {
  'people/roles.ts': 'a row is loaded through its viewer, by the roles that the viewer holds',
  'programs/as-of.ts': 'pieces of SQL',
  'programs/roster/employment/work-texts.ts': 'the columns of an employment that are plain text',
  'law/facts/ruleset.ts': 'the certification that the law names',
  'ledger/tiles.ts': 'a tile is made of the rows that are read',
}

const world =
  /^(kysely|pg|fastify|lucia|nodemailer|node:(fs|fs\/promises|worker_threads|child_process|net|http|https|os|timers\/promises))$/

const files = readServerFiles()
const own = new Set(files.map(({ file }) => file))

const roomOf = (file: string) => (file.includes('/') ? path.dirname(file) : file)
const kindOf = (file: string) => /(?:^|[./])(routes|actions|queries)\.ts$/.exec(file)?.[1] ?? 'rule'

/** One line for each import of these files that breaks a rule. A type brings nothing with it, and may be named anywhere. */
const breaking = (kind: string | null, breaks: (target: string, file: string) => boolean) =>
  files.flatMap(({ file, imports }) => {
    if (kind !== null && kindOf(file) !== kind) return []
    const wrong = (one: Import) => !(kind !== null && one.isTypeOnly) && breaks(one.target, file)
    return imports.filter(wrong).map(({ target }) => `${file} imports ${target}`)
  })

test('a file imports from its own room or from one to its left, and never from above', () => {
  const isAbove = (target: string, file: string) => {
    if (!own.has(target)) return target.startsWith('.')
    // Settings are values that are handed down.
    return target !== 'config.ts' && order.indexOf(roomOf(target)) > order.indexOf(roomOf(file))
  }
  expect(breaking(null, isAbove)).toEqual([])
})

test('every room has its place in the order', () => {
  const rooms = new Set(files.map(({ file }) => roomOf(file)))
  expect([...rooms].filter((room) => !order.includes(room))).toEqual([])
})

test('no file imports itself by way of others, in its room or between rooms', () => {
  expect(cycles()).toEqual([])
})

test('only features.ts imports routes', () => {
  const isRoutes = (target: string, file: string) =>
    own.has(target) && kindOf(target) === 'routes' && roomOf(target) !== 'web' && file !== 'features.ts'
  expect(breaking(null, isRoutes)).toEqual([])
})

test('queries call no rule', () => {
  const isRule = (target: string) =>
    own.has(target) &&
    kindOf(target) !== 'queries' &&
    !['db', 'lib'].includes(roomOf(target)) &&
    !usedByQueries[target]
  expect(breaking('queries', isRule)).toEqual([])
})

test('actions know no HTTP', () => {
  const isHttp = (target: string) => /^@?fastify/.test(target) || (own.has(target) && isHttpOfOurs(target))
  expect(breaking('actions', isHttp)).toEqual([])
})

test('rules touch neither database, disk, thread, network nor clock', () => {
  const isPure = (file: string) => !worldlyRooms.test(file) && !worldly[file]
  const touches = (target: string, file: string) =>
    isPure(file) && (world.test(target) || (own.has(target) && isHttpOfOurs(target)))
  const clocks = files
    .filter(
      ({ file, text }) =>
        kindOf(file) === 'rule' && isPure(file) && /\bnew Date\(\)|\bDate\.now\(\)/.test(text),
    )
    .map(({ file }) => `${file} reads the clock`)
  expect([...breaking('rule', touches), ...clocks]).toEqual([])
})

test('no exception is named that nothing needs', () => {
  const named = [...Object.keys(worldly), ...Object.keys(usedByQueries)]
  expect(named.filter((file) => !own.has(file))).toEqual([])
  const isWorldly = ({ target, isTypeOnly }: Import) =>
    !isTypeOnly &&
    (world.test(target) || (own.has(target) && isHttpOfOurs(target)) || worldly[target] !== undefined)
  const needed = (file: string) => files.find((one) => one.file === file)?.imports.some(isWorldly)
  expect(Object.keys(worldly).filter((file) => !needed(file))).toEqual([])
})

/** Of the web room, what speaks HTTP. The kinds of files, the words and the pages' types are plain values. */
const isHttpOfOurs = (target: string) =>
  /^web\/(errors|routes|views|security|error-pages|input|health|api-docs)\.ts$/.test(target)

/** Every set of files that reach each other by their imports, types included (Tarjan's algorithm). */
function cycles(): string[][] {
  const found: string[][] = []
  const numbers = new Map<string, number>()
  const lows = new Map<string, number>()
  const open: string[] = []
  const targets = new Map(files.map(({ file, imports }) => [file, imports.map(({ target }) => target)]))
  const visit = (file: string): number => {
    const number = numbers.size
    numbers.set(file, number)
    lows.set(file, number)
    open.push(file)
    for (const target of targets.get(file) ?? []) {
      if (!own.has(target)) continue
      if (!numbers.has(target)) lows.set(file, Math.min(lows.get(file)!, visit(target)))
      else if (open.includes(target)) lows.set(file, Math.min(lows.get(file)!, numbers.get(target)!))
    }
    if (lows.get(file) === number) {
      const circle = open.splice(open.indexOf(file))
      if (circle.length > 1) found.push(circle.sort())
    }
    return lows.get(file)!
  }
  for (const file of own) if (!numbers.has(file)) visit(file)
  return found
}

test('there is no room for what has no name', () => {
  const wrong = files.filter(({ file }) =>
    /(^|\/)(utils?|helpers?|common|services?|index)(\.ts|\/)/.test(file),
  )
  expect(wrong.map(({ file }) => file)).toEqual([])
})

test('templates write unescaped text only where it was rendered from a checked course or another template', () => {
  const views = path.join(project, 'views')
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
