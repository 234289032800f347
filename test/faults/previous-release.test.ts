import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '#server/db/connection.ts'
import { runningUrl } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { installQueue } from '#server/db/queue-schema.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { newFolder, project, run, type Service, startService, Visitor } from '#test/support/service.ts'

type Package = Readonly<{
  config: Readonly<{ 'previous-release': string }>
  dependencies: Readonly<Record<string, string>>
  devDependencies: Readonly<Record<string, string>>
}>
const packageOf = (root: string) =>
  JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Package

/** The release that may still serve while this one migrates. */
const previous = process.env.PREVIOUS ?? packageOf(project).config['previous-release']

/** What people can't do without: sign in, learn, finish, verify, change a roster, make a packet. */
const mainPaths = [
  ...['people/signing-in', 'learning/course', 'learning/attempts', 'certificates/issuing'],
  ...['certificates/verifying', 'programs/roster', 'standings/one-answer', 'oversight/packet'],
].map((name) => `test/${name}.test.ts`)

const old = mkdtempSync(path.join(tmpdir(), 'safe-harbor-previous-'))
const data = newFolder()
let service: Service | undefined

beforeAll(() => layOut(previous, old))
afterAll(async () => {
  service?.process.kill('SIGTERM')
  await service?.ended
  for (const folder of [old, data]) rmSync(folder, { recursive: true, force: true })
})

test('the previous release keeps serving while this one migrates, and does not start again afterwards', {
  timeout: 900_000,
}, async () => {
  const settings = { DATA_DIR: data, TRUSTED_PROXY: '127.0.0.1' }
  service = await startService(settings, old)
  const { address } = service
  const visitors = await Promise.all(Object.keys(pages).map((email) => signedIn(address, email)))
  const walk = async () => {
    const answers = []
    for (const [n, urls] of Object.values(pages).entries())
      for (const url of urls) answers.push(`${url} ${(await visitors[n]!.get(url)).status}`)
    return answers
  }
  // Twice, because a connection names a statement at its first use and reuses its plan.
  await walk()
  const before = await walk()
  expect(before.filter((answer) => !answer.endsWith(' 200'))).toEqual([])

  const ada = visitors[0]!
  const writes: { status: number; took: number }[] = []
  let isDone = false
  const writing = async () => {
    while (!isDone) {
      const from = performance.now()
      const status = await report(ada, writes.length)
      writes.push({ status, took: performance.now() - from })
    }
  }
  const written = writing()
  const { db } = connect(runningUrl(data), 2)
  const applied = await migrate(db)
  await installQueue(db)
  await db.destroy()
  isDone = true
  await written
  expect(await report(ada, writes.length)).toBe(303)

  for (let n = 0; n < 3; n++) expect(await walk()).toEqual(before)
  const ready = await ada.get('/readyz')
  expect(ready.status).toBe(200)
  // Someone who waited for a lock too long is asked to send it again; nothing fails.
  const statuses = Object.groupBy(writes, ({ status }) => status)
  expect(Object.keys(statuses).filter((status) => status !== '303' && status !== '503')).toEqual([])
  console.log(
    `${previous}: ${applied.length} migrations under it; ${writes.length} writes meanwhile, ${statuses[503]?.length ?? 0} asked to try again, the slowest ${Math.round(Math.max(...writes.map(({ took }) => took)))} ms`,
  )

  service.process.kill('SIGTERM')
  await service.ended
  service = undefined
  const again = await run(['server/main.ts'], { ...settings, PORT: '0' }, old)
  if (applied.length > 0) {
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('brought up to date by a newer version')
  }
})

test('the previous release’s own tests of the main paths pass on this schema', { timeout: 1_800_000 }, () => {
  // Its template database is migrated by today's files, which it takes for its own.
  cpSync(path.join(project, 'migrations'), path.join(old, 'migrations'), { recursive: true })
  // How long a test may take says its file, for a machine with nothing else to do.
  for (const name of mainPaths) {
    const text = readFileSync(path.join(old, name), 'utf8')
    writeFileSync(path.join(old, name), text.replace(/testTimeout: [\d_]+/, 'testTimeout: 600_000'))
  }
  const file = path.join(old, 'report.json')
  const { status, stdout, stderr } = spawnSync(
    path.join(project, 'node_modules/.bin/vitest'),
    [
      ...['run', ...mainPaths, '--maxWorkers=1', '--testTimeout=300000', '--hookTimeout=300000'],
      ...['--reporter=json', `--outputFile=${file}`],
    ],
    { cwd: old, encoding: 'utf8', maxBuffer: 256_000_000, env: { ...process.env, LONG: '' } },
  )
  if (!existsSync(file)) throw new Error(`The tests did not run.\n${stdout}\n${stderr}`)
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    testResults: readonly {
      assertionResults: readonly { status: string; title: string; failureMessages: readonly string[] }[]
    }[]
  }
  const failures = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
  expect(failures.map(({ title, failureMessages }) => `${title}: ${failureMessages[0]}`)).toEqual([])
  expect([status, numFailedTests, numPassedTests > 50], stderr).toEqual([0, 0, true])
  console.log(`${previous}: ${numPassedTests} of its tests passed on this schema`)
})

const pages: Readonly<Record<string, readonly string[]>> = {
  'ada@northstar.example': ['/', '/courses', '/courses/residential-settings', '/notices'],
  'sam@northstar.example': ['/team', '/team.csv', '/team?show=attention'],
  'rae@northstar.example': ['/', '/team', '/account'],
  'lee@licensing.example': ['/licensing', '/licensing?search=north', '/licensing/overview'],
  'kit@system.example': ['/admin', '/admin/jobs', '/admin/ledger'],
}

async function signedIn(address: string, email: string): Promise<Visitor> {
  const visitor = new Visitor(address)
  expect([email, await visitor.post('/sign-in', { email, password: demoPassword })]).toEqual([email, 303])
  return visitor
}

/** Each from an address of its own, since one may report only so many. */
const report = (visitor: Visitor, n: number): Promise<number> =>
  visitor.post(
    '/courses/residential-settings/law-words-role/why-this-training/mistake',
    { version: '2.0.0', body: `Mistake ${n}` },
    { 'x-forwarded-for': `10.0.${n >> 8}.${n & 255}` },
  )

/** The files of a commit, with packages: these ones if they are of the same versions, or its own. */
function layOut(commit: string, folder: string): void {
  const git = (...args: readonly string[]) => spawnSync('git', args, { cwd: project, encoding: 'utf8' })
  if (git('cat-file', '-e', `${commit}^{commit}`).status !== 0) {
    const fetched = git('fetch', '--depth=1', 'origin', commit)
    if (fetched.status !== 0)
      throw new Error(
        `The commit ${commit} is not in this clone and could not be fetched. Clone with its history.\n${fetched.stderr}`,
      )
  }
  execFileSync('sh', ['-c', 'git archive "$1" | tar -x -C "$2"', 'sh', commit, folder], { cwd: project })
  const [ours, theirs] = [project, folder].map((root) => {
    const { dependencies, devDependencies } = packageOf(root)
    return { ...dependencies, ...devDependencies }
  })
  if (Object.entries(theirs!).every(([name, version]) => ours![name] === version))
    symlinkSync(path.join(project, 'node_modules'), path.join(folder, 'node_modules'))
  else execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
}
