import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const cache = path.join(import.meta.dirname, 'node_modules/.cache')

/** Files that take more than ten seconds. */
const long = new RegExp(
  [
    ...['/test/main/st', '/test/browser/', '/test/ledger/evidence', '/test/law/second-opinion', '/test/web/any-input'],
    ...['/test/access/every-address', '/test/oversight/packet', '/test/programs/imports', '/test/web/links'],
    ...['/test/notices/delivery', '/test/courses/publish'],
  ].join('|'),
)

/** Starts what takes long first, so that no worker begins it when the others are done. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Fault drills take minutes: npm run test:long.
    exclude: process.env.LONG ? [] : ['test/faults/**'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/draws.ts'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // Two cores, and whoever waits for a process or a browser leaves its core to another.
    maxWorkers: 3,
    // One worker serves many files: its database is copied once, and the courses are read once.
    isolate: false,
    // More than a hundred starts and commands load the same thousand files and the same courses.
    env: { NODE_COMPILE_CACHE: path.join(cache, 'compiled'), CACHE_DIR: path.join(cache, 'safe-harbor') },
    sequence: { sequencer: LongestFirst },
  },
})
