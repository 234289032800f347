import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Fault drills take minutes: npm run test:long.
    exclude: process.env.LONG ? [] : ['test/faults/**'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // One worker serves many files: its database is copied once, and the courses are read once.
    isolate: false,
  },
})
