import * as vitest from 'vitest'

/**
 * What test files get as 'vitest' here: `test` and `describe` only collect, so that each test can be run again and again
 * in one process, with one change after the other.
 */
export * from 'vitest'

type Run = (...values: never[]) => unknown
type Hooks = Record<'beforeAll' | 'afterAll' | 'beforeEach' | 'afterEach', Run[]>
type Suite = { names: readonly string[]; hooks: Hooks; above: Suite | null }
type Collected = { name: string; suite: Suite; run: () => unknown }

const newSuite = (names: readonly string[], above: Suite | null): Suite => ({
  names,
  hooks: { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] },
  above,
})

// A file that is loaded again gets this module again, too.
const kept = globalThis as { collecting?: { suite: Suite; tests: Collected[]; ended: Run[] } }
kept.collecting ??= { suite: newSuite([], null), tests: [], ended: [] }
const state = kept.collecting

export type Unit = Readonly<{ name: string; run: () => Promise<void> }>

/** The tests of a file one by one; all of them at once if they share what a hook has made. */
export async function unitsOf(file: string): Promise<readonly Unit[]> {
  state.suite = newSuite([], null)
  state.tests = []
  await import(/* @vite-ignore */ file)
  const { tests } = state
  const suites = new Set(tests.flatMap(({ suite }) => [...upwards(suite)]))
  const opening = [...suites].flatMap(({ hooks }) => hooks.beforeAll)
  const closing = [...suites].flatMap(({ hooks }) => hooks.afterAll)
  if (opening.length + closing.length === 0)
    return tests.map((one) => ({ name: one.name, run: () => runOne(one) }))
  return [{ name: 'all tests', run: () => runAll(tests, opening, closing) }]
}

async function runAll(tests: readonly Collected[], opening: readonly Run[], closing: readonly Run[]) {
  try {
    for (const hook of opening) await hook()
    for (const one of tests) await runOne(one)
  } finally {
    for (const hook of closing) await hook()
  }
}

async function runOne({ suite, run }: Collected) {
  const suites = [...upwards(suite)]
  state.ended = []
  try {
    for (const hook of suites.toReversed().flatMap(({ hooks }) => hooks.beforeEach)) await hook()
    await run()
  } finally {
    for (const hook of suites.flatMap(({ hooks }) => hooks.afterEach)) await hook()
    for (const hook of state.ended) await hook()
  }
}

function* upwards(suite: Suite) {
  for (let one: Suite | null = suite; one; one = one.above) yield one
}

type Options = Readonly<{ timeout?: number }>

function collect(name: string, ...given: readonly (Run | Options | number)[]) {
  const run = given.find((it) => typeof it === 'function')!
  const { suite } = state
  state.tests.push({ name: [...suite.names, name].join(' > '), suite, run })
}

function describeOnce(name: string, ...given: readonly (Run | Options | number)[]) {
  const run = given.find((it) => typeof it === 'function')!
  const above = state.suite
  state.suite = newSuite([...above.names, name], above)
  run()
  state.suite = above
}

const each =
  (register: typeof collect) =>
  (rows: readonly unknown[]) =>
  (name: string, ...given: readonly (Run | Options | number)[]) => {
    const run = given.find((it) => typeof it === 'function')!
    for (const [index, row] of rows.entries()) {
      const values = (Array.isArray(row) ? row : [row]) as never[]
      register(`${name} (${index + 1})`, () => run(...values))
    }
  }

export const test = Object.assign(collect, { each: each(collect) })
export const it = test
export const describe = Object.assign(describeOnce, { each: each(describeOnce) })

const hook = (kind: keyof Hooks) => (run: Run) => void state.suite.hooks[kind].push(run)
export const beforeAll = hook('beforeAll')
export const afterAll = hook('afterAll')
export const beforeEach = hook('beforeEach')
export const afterEach = hook('afterEach')
export const onTestFinished = (run: Run) => void state.ended.push(run)
export const vi = vitest.vi
