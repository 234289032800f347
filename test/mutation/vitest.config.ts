import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const tests = (process.env.MUTATION_TESTS ?? 'test/law/**/*.test.ts').split(',')

// What the law says needs no database; everything else does.
const needsDatabase = tests.some((it) => !it.startsWith('test/law/'))

/** Most changes fail an example, so the files that draw lives come last: a run ends at the first failure. */
class ExamplesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const drawing = ['second-opinion', 'clearance', 'gaps', 'next-change', 'properties']
    const place = ({ moduleId }: TestSpecification) =>
      drawing.findIndex((name) => moduleId.endsWith(`/law/${name}.test.ts`))
    return files.toSorted((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    include: tests,
    // Starts a process of its own for each life of facts; the same answers are asked in-process.
    exclude: ['test/law/standing-command.test.ts'],
    globalSetup: needsDatabase ? ['test/support/global-setup.ts'] : [],
    setupFiles: ['test/mutation/same-draws.ts'],
    sequence: { sequencer: ExamplesFirst },
    testTimeout: 30_000,
    maxWorkers: 1,
    isolate: false,
    env: { LIVES: '400' },
  },
})
