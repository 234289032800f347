import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { everyMutant } from './mutants.ts'

const { MUTATION_FILES = '', MUTATION_TESTS = '', MUTATION_RESULTS = '', MUTATION_IDS } = process.env
const { contents, mutants } = await everyMutant(MUTATION_FILES.split(','))
const chosen = MUTATION_IDS && new Set(MUTATION_IDS.split(','))
const tests = MUTATION_TESTS.split(',').flatMap((pattern) => globSync(pattern))
const needsDatabase = tests.some((file) => readFileSync(file, 'utf8').includes('aWorld'))

const inTests = /\/test\/(?!mutation\/)/

export default defineConfig({
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      resolveId: (source, importer) =>
        source === 'vitest' && importer && inTests.test(importer)
          ? path.join(import.meta.dirname, 'collecting.ts')
          : null,
      transform: (_code, id) => contents.get(id),
    },
  ],
  test: {
    include: ['test/mutation/every-mutant.ts'],
    globalSetup: needsDatabase ? ['test/support/global-setup.ts'] : [],
    setupFiles: ['test/mutation/same-draws.ts'],
    provide: {
      mutants: chosen ? mutants.filter(({ id }) => chosen.has(id)) : mutants,
      tests,
      results: MUTATION_RESULTS,
      canReload: !needsDatabase,
    },
    maxWorkers: 1,
    isolate: false,
    env: { LIVES: process.env.LIVES ?? '400' },
  },
})
