import { Ajv, type ValidateFunction } from 'ajv'
import { load } from 'js-yaml'
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import type { Line, ProblemLog } from './problems.ts'
import { type Path, shapeProblem, yamlProblem } from './yaml-problems.ts'

export type { Path }

export type YamlDocument = {
  readonly file: string
  readonly data: unknown
  /** The line in the file where the value at this path stands, or its nearest parent that is there. */
  readonly lineOf: (path: Path) => Line
}

/**
 * Reads YAML that may stand inside a larger file: `firstLine` is the line of the file on which `text` begins.
 * Says what is wrong and answers undefined when it can't be read.
 *
 * js-yaml reads the data, several times as fast as `yaml`; `yaml` knows the lines and the faults, and is asked only
 * when there is something to say.
 */
export function parseYaml(
  text: string,
  file: string,
  firstLine: number,
  log: ProblemLog,
): YamlDocument | undefined {
  let syntax: Syntax | undefined
  const opened = () => {
    syntax ??= openSyntax(text, firstLine)
    return syntax
  }
  if (/\S[ \t]+#/.test(text)) warnOfComments(opened(), file, log)
  let data: unknown
  try {
    data = load(text)
  } catch (fault) {
    const { document, lineAt } = opened()
    for (const problem of document.errors) {
      log.error(file, lineAt(problem.pos[0]), ...yamlProblem(problem.code, problem.message))
    }
    if (document.errors.length === 0) {
      log.error(file, firstLine, ...yamlProblem('', fault instanceof Error ? fault.message : String(fault)))
    }
    return undefined
  }
  const lineOf = (path: Path) => () => {
    const { document, lineAt } = opened()
    for (let length = path.length; length >= 0; length--) {
      const offset = offsetOf(document.contents, path.slice(0, length))
      if (offset !== undefined) return lineAt(offset)
    }
    return firstLine
  }
  return { file, data, lineOf }
}

type Syntax = { readonly document: Document.Parsed; readonly lineAt: (offset: number) => number }

function openSyntax(text: string, firstLine: number): Syntax {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent' })
  return { document, lineAt: (offset) => firstLine - 1 + lines.linePos(offset).line }
}

/** A text with a "#" in it ends there, and nobody notices. */
function warnOfComments({ document, lineAt }: Syntax, file: string, log: ProblemLog): void {
  visit(document, {
    Scalar(_, scalar) {
      if (scalar.type !== 'PLAIN' || !scalar.comment || !scalar.range) return
      log.warning(
        file,
        lineAt(scalar.range[0]),
        `What follows "#" on this line is taken as a comment and is not shown: "${scalar.comment.trim()}".`,
        'Where it belongs to the text, put the whole text in quotes.',
      )
    },
  })
}

/** Where the key (or the list item) at this path begins. */
function offsetOf(root: Node | null, path: Path): number | undefined {
  let node: unknown = root
  let offset = root?.range?.[0]
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      if (!pair) return undefined
      offset = isNode(pair.key) ? pair.key.range?.[0] : undefined
      node = pair.value
    } else if (isCollection(node)) {
      node = node.get(step as number, true)
      if (!isNode(node)) return undefined
      offset = node.range?.[0]
    } else return undefined
  }
  return offset
}

const ajv = new Ajv({ allErrors: true, verbose: true, strict: false })
const compiled = new WeakMap<TSchema, ValidateFunction>()

/**
 * The value at `path` when it has the shape of the schema; otherwise every departure is logged with its line.
 * A schema's `title` names the thing ("a choice"), a property's `description` says what belongs there.
 */
export function checkedShape<Schema extends TSchema>(
  document: YamlDocument,
  path: Path,
  schema: Schema,
  log: ProblemLog,
): Static<Schema> | undefined {
  const value = path.reduce<unknown>(
    (at, step) => (at as Record<string | number, unknown> | undefined)?.[step],
    document.data,
  )
  // Compiling a schema takes long; most texts are in order, and only those that aren't need every fault named.
  if (Check(schema, value)) return value as Static<Schema>
  const validate = compiled.get(schema) ?? ajv.compile(schema)
  compiled.set(schema, validate)
  if (validate(value)) return value as Static<Schema>
  for (const error of validate.errors ?? []) {
    const inner = [...path, ...pointerSteps(error.instancePath)]
    const at = error.keyword === 'additionalProperties' ? [...inner, error.params.additionalProperty] : inner
    log.error(document.file, document.lineOf(at), ...shapeProblem(error, inner))
  }
  return undefined
}

const pointerSteps = (pointer: string): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step))
