import { appendFileSync } from 'node:fs'
import path from 'node:path'
import { inject, test, vi } from 'vitest'
import type { Unit } from './collecting.ts'
import type { Mutant } from './mutants.ts'

declare module 'vitest' {
  interface ProvidedContext {
    mutants: readonly Mutant[]
    /** The test files, quick ones first. */
    tests: readonly string[]
    /** Where the result of each mutant goes, a line of JSON each. */
    results: string
    /** Whether the files can be loaded again: not those that share a database. */
    canReload: boolean
  }
}

type Counts = Record<string, number>

/** What an instrumented file looks at; the names are the instrumenter's. */
const switches: Switches = {}
Object.assign(globalThis, { __stryker__: switches })
type Switches = {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number | undefined
  hitLimit?: number | undefined
  mutantCoverage?: { static: Counts; perTest: Record<string, Counts> } | undefined
}

type Known = Unit & { file: string; took: number; hits: Counts }

const root = path.join(import.meta.dirname, '../..')
const mutants = inject('mutants')
const files = inject('tests')
const results = inject('results')

test('every mutant', { timeout: 24 * 3_600_000 }, async () => {
  const atLoad = await metAtLoad()
  let known = await dryRun()
  for (const { id } of mutants) {
    const covering = known.filter(({ hits }) => hits[id]).toSorted((a, b) => a.took - b.took)
    let by: string | null = null
    for (const unit of covering) {
      if (!(await fails(unit, id))) continue
      // A change may leave something behind that makes the next mutants fail, too.
      if (await fails(unit, undefined)) {
        known = await loadedAgain(known)
        by = `${unit.file}: ${unit.name} (and left something behind)`
      } else by = `${unit.file}: ${unit.name}`
      break
    }
    if (by === null && atLoad[id] && inject('canReload')) {
      by = await failsWhenLoaded(id, known)
      known = await loadedAgain(known)
    }
    const result = { id, by, covered: covering.length, isStatic: Boolean(atLoad[id]) }
    appendFileSync(results, `${JSON.stringify(result)}\n`)
  }
})

/** What the changed files compute when they are loaded: a switch comes too late for it. */
async function metAtLoad(): Promise<Counts> {
  for (const file of new Set(mutants.map(({ file }) => file))) await import(path.resolve(root, file))
  return { ...switches.mutantCoverage?.static }
}

/** Runs every test once without any change, and notes which mutants it meets. */
async function dryRun(): Promise<Known[]> {
  vi.resetModules()
  switches.activeMutant = undefined
  const known: Known[] = []
  for (const file of files) {
    for (const unit of await load(file)) {
      const id = `${file} ${unit.name}`
      switches.currentTestId = id
      const before = performance.now()
      const passes = await unit.run().then(
        () => true,
        (error) => console.warn(`left out, as it fails without any change: ${id}: ${error}`),
      )
      const took = performance.now() - before
      switches.currentTestId = undefined
      if (passes) known.push({ ...unit, file, took, hits: switches.mutantCoverage?.perTest[id] ?? {} })
    }
  }
  console.log(`${known.length} tests in ${Math.round(known.reduce((sum, { took }) => sum + took, 0))} ms`)
  for (const { file, name, took } of known.filter((it) => it.took > 300))
    console.log(file, name, Math.round(took))
  return known
}

async function load(file: string) {
  const { unitsOf } = await import('./collecting.ts')
  return unitsOf(path.resolve(root, file))
}

async function fails(unit: Known, id: string | undefined) {
  switches.activeMutant = id
  switches.hitCount = 0
  switches.hitLimit = id === undefined ? undefined : 10_000 + 100 * (unit.hits[id] ?? 0)
  try {
    await within(20_000 + 10 * unit.took, unit.run())
    return false
  } catch {
    return true
  } finally {
    switches.activeMutant = undefined
    switches.hitCount = undefined
  }
}

async function within(milliseconds: number, running: Promise<void>) {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('takes too long')), milliseconds)
  })
  await Promise.race([running, late])
  clearTimeout(timer)
}

async function failsWhenLoaded(id: string, known: readonly Known[]) {
  vi.resetModules()
  switches.activeMutant = id
  switches.hitCount = undefined
  const quick = new Set(known.filter(({ took }) => took < 100).map(({ name }) => name))
  for (const file of files) {
    try {
      for (const unit of await load(file)) if (quick.has(unit.name)) await unit.run()
    } catch {
      return `${file}, loaded with the change`
    }
  }
  return null
}

async function loadedAgain(known: readonly Known[]) {
  vi.resetModules()
  switches.activeMutant = undefined
  const again: Known[] = []
  for (const file of files)
    for (const unit of await load(file)) {
      const before = known.find((it) => it.file === file && it.name === unit.name)
      if (before) again.push({ ...before, run: unit.run })
    }
  return again
}
