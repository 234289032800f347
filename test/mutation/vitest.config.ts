import { defineConfig } from 'vitest/config'

const tests = (process.env.MUTATION_TESTS ?? 'test/law/**/*.test.ts').split(',')

// What the law says needs no database; everything else does.
const needsDatabase = tests.some((it) => !it.startsWith('test/law/'))

export default defineConfig({
  test: {
    include: tests,
    // Starts a process of its own for each life of facts; the same answers are asked in-process.
    exclude: ['test/law/standing-command.test.ts'],
    globalSetup: needsDatabase ? ['test/support/global-setup.ts'] : [],
    testTimeout: 30_000,
    maxWorkers: 1,
    isolate: false,
    env: { LIVES: '400' },
  },
})
