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
  /** The line of the value at this path, or of its nearest existing parent. */
  readonly lineOf: (path: Path) => Line
}

/**
 * Reads YAML that may be part of a larger file: `firstLine` is the line of the file where `text` starts.
 * Reports errors and returns undefined if it can't be read.
 *
 * js-yaml reads the data several times faster than `yaml`. `yaml` knows line numbers and errors, and is used only
 * to report problems.
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

/** YAML cuts off a text at " #", which is easy to miss. */
function warnOfComments({ document, lineAt }: Syntax, file: string, log: ProblemLog): void {
  visit(document, {
    Scalar(_, scalar) {
      if (scalar.type !== 'PLAIN' || !scalar.comment || !scalar.range) return
      log.warning(
        file,
        lineAt(scalar.range[0]),
        `The text after "#" on this line is a comment and is not shown: "${scalar.comment.trim()}".`,
        'If it belongs to the text, put the whole text in quotes.',
      )
    },
  })
}

/** The offset of the key or list item at this path. */
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
 * Returns the value at `path` if it matches the schema. Otherwise logs every error with its line.
 * A schema's `title` names the thing ("a choice"); a property's `description` says what belongs there.
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
  // Compiling a schema is slow. Most texts are valid, so only compile when errors must be listed.
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
