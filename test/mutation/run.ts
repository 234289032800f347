/**
 * Changes the given files one small thing at a time and says which changes no test notices.
 *
 *   npm run test:mutation -- server/law/clearance.ts
 *   npm run test:mutation -- --tests 'test/people/*.test.ts' server/people/policies.ts
 *
 * Without files: the law, and a certificate's status and verification, one after the other.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({ options: { tests: { type: 'string' } }, allowPositionals: true })

const law = { files: ['server/law/**/*.ts', '!server/law/examples/**'], tests: 'test/law/**/*.test.ts' }
const certificates = {
  files: [
    'server/certificates/credentials/status-list.ts',
    'server/certificates/credentials/status-places.ts',
    'server/certificates/credentials/verification.ts',
    'server/certificates/certificates/verification-page.ts',
  ],
  tests: 'test/certificates/*.test.ts',
}

const rounds =
  positionals.length === 0
    ? [law, certificates]
    : [{ files: positionals, tests: values.tests ?? testsOf(positionals) }]
for (const { files, tests } of rounds) mutate(files, tests)

function testsOf(files: readonly string[]) {
  const rooms = new Set(files.map((file) => file.split('/')[1]))
  return [...rooms].map((room) => `test/${room}/**/*.test.ts`).join(',')
}

function mutate(files: readonly string[], tests: string) {
  const command = ['stryker', 'run', 'test/mutation/stryker.config.json', '--mutate', files.join(',')]
  const { status } = spawnSync('npx', command, {
    stdio: 'inherit',
    env: { ...process.env, MUTATION_TESTS: tests },
  })
  if (status !== 0) process.exitCode = 1
}
