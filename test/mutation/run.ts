/**
 * Changes the files of a group one small thing at a time and says which changes no test notices.
 *
 *   npm run test:mutation                                   every group
 *   npm run test:mutation -- law                            one of them
 *   npm run test:mutation -- law server/law/clearance.ts    some files of a group
 *
 * All changes are compiled into the files at once, each behind a switch, and one process runs the tests again and again.
 * So a change costs what the tests that meet it cost, milliseconds where they need no database.
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { everyMutant, type Mutant } from './mutants.ts'

type Group = Readonly<{
  files: readonly string[]
  tests: readonly string[]
  /** Only for the changes that the others miss. */
  slowTests: readonly string[]
}>

// It starts a process of its own for each life; the same answers are asked in one process.
const withoutProcesses = (file: string) => !file.endsWith('standing-command.test.ts')
const drawing = /\/(second-opinion|gaps|next-change|properties|periods)\.test\.ts$/
const lawTests = globSync('test/law/*.test.ts').filter(withoutProcesses)

const groups: Readonly<Record<string, Group>> = {
  law: {
    files: globSync('server/law/**/*.ts').filter((file) => !file.includes('/examples/')),
    tests: lawTests.filter((file) => !drawing.test(file)),
    slowTests: lawTests.filter((file) => drawing.test(file)),
  },
  certificates: {
    files: [
      'server/certificates/certificates/masked-name.ts',
      'server/certificates/certificates/verification-page.ts',
      'server/certificates/credentials/status-list.ts',
      'server/certificates/credentials/status-places.ts',
      'server/certificates/credentials/verification.ts',
    ],
    tests: ['credential', 'earlier', 'refusals', 'rewritten', 'status-list', 'verification-page'].map(
      (name) => `test/certificates/${name}.test.ts`,
    ),
    slowTests: ['test/certificates/alterations.test.ts'],
  },
  policies: {
    files: ['server/people/granting.ts', 'server/people/roles.ts'],
    tests: ['test/people/role-rules.test.ts'],
    slowTests: [
      'test/people/granting-table.test.ts',
      'test/programs/roles.test.ts',
      'test/admin/roles.test.ts',
    ],
  },
}

type Result = Readonly<{ id: string; by: string | null; covered: number }>

const [name, ...only] = process.argv.slice(2)
if (name !== undefined && !groups[name])
  throw new Error(`Name one of these groups: ${Object.keys(groups).join(', ')}`)
for (const group of name === undefined ? Object.values(groups) : [groups[name]!]) await mutate(group)

async function mutate({ files, tests, slowTests }: Group) {
  const chosen = only.length > 0 ? only : files
  const { mutants } = await everyMutant(chosen)
  const results = new Map<string, Result>()
  for (const some of [tests, slowTests]) {
    const left = mutants.filter(({ id }) => !results.get(id)?.by)
    for (const result of resultsOf(chosen, some, left)) results.set(result.id, result)
  }
  report(mutants, results)
}

function resultsOf(files: readonly string[], tests: readonly string[], left: readonly Mutant[]) {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'safe-harbor-mutation-')), 'results')
  spawnSync('npx', ['vitest', 'run', '-c', 'test/mutation/vitest.config.ts'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      MUTATION_FILES: files.join(','),
      MUTATION_TESTS: tests.join(','),
      MUTATION_IDS: left.map(({ id }) => id).join(','),
      MUTATION_RESULTS: file,
    },
  })
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Result)
}

function report(mutants: readonly Mutant[], results: ReadonlyMap<string, Result>) {
  const survivors = mutants.filter(({ id }) => !results.get(id)?.by)
  for (const { file, line, column, before, after } of survivors)
    console.log(`${file}:${line}:${column}\n  ${before}\n  → ${after}`)
  for (const file of new Set(mutants.map((mutant) => mutant.file)))
    console.log(
      figures(
        file,
        mutants.filter((it) => it.file === file),
        survivors,
      ),
    )
  console.log(figures('all', mutants, survivors))
}

function figures(what: string, mutants: readonly Mutant[], survivors: readonly Mutant[]) {
  const caught = mutants.filter((mutant) => !survivors.includes(mutant)).length
  return `${what}: ${caught} of ${mutants.length} caught, ${((100 * caught) / mutants.length).toFixed(1)}%`
}
