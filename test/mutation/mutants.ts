import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Instrumenter } from '@stryker-mutator/instrumenter'

/** One small change of one file. */
export type Mutant = Readonly<{
  id: string
  file: string
  line: number
  column: number
  kind: string
  before: string
  after: string
}>

const root = path.join(import.meta.dirname, '../..')

const silent = { debug() {}, info() {}, isDebugEnabled: () => false }

/** Every change of these files, and the files with all changes in them, each behind a switch. */
export async function everyMutant(files: readonly string[]) {
  const sources = files.map((name) => ({
    name,
    mutate: true,
    content: readFileSync(path.join(root, name), 'utf8'),
  }))
  const options = { plugins: null, excludedMutations: [], ignorers: [] }
  const instrumented = await new Instrumenter(silent as never).instrument(sources, options)
  const contents = new Map(instrumented.files.map(({ name, content }) => [path.join(root, name), content]))
  const lines = new Map(sources.map(({ name, content }) => [name, content.split('\n')]))
  const mutants = instrumented.mutants.map((mutant): Mutant => {
    const { start, end } = mutant.location
    const text = lines.get(mutant.fileName)!.slice(start.line, end.line + 1)
    text[text.length - 1] = text.at(-1)!.slice(0, end.column)
    text[0] = text[0]!.slice(start.column)
    return {
      id: mutant.id,
      file: mutant.fileName,
      line: start.line + 1,
      column: start.column + 1,
      kind: mutant.mutatorName,
      before: text.map((line) => line.trim()).join(' '),
      after: mutant.replacement,
    }
  })
  return { contents, mutants }
}
