import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
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
import { type Line, type ProblemLog, suggestion } from './problems.ts'

export type Path = readonly (string | number)[]

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

function yamlProblem(code: string, message: string): [message: string, fix: string] {
  const said = message.split(/ at line \d+/)[0]!.replace(/\s+/g, ' ')
  if (/Nested mappings|implicit key|Implicit (map )?keys/i.test(said)) {
    return [
      'A colon or a line break inside this text is taken for a new key.',
      'Put the text in double quotes, or write "key: >" and the text on the next lines, indented.',
    ]
  }
  if (code === 'DUPLICATE_KEY') {
    return ['The same key stands here twice.', 'Keep one of them.']
  }
  if (code === 'TAB_AS_INDENT') {
    return ['A tab is used to indent.', 'Indent with spaces.']
  }
  if (code === 'BAD_INDENT') {
    return [`The indentation does not fit (${said}).`, 'Line it up with the lines above it.']
  }
  return [
    `This can't be read as YAML (${said}).`,
    'Check indentation and quotes; a text with a colon, a quote, or a leading {{, [[ or * goes in double quotes.',
  ]
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

type Described = {
  title?: string
  description?: string
  properties?: Record<string, Described>
  enum?: unknown[]
}

function shapeProblem(error: ErrorObject, path: Path): [message: string, fix: string] {
  const schema = error.parentSchema as Described
  const name = typeof path.at(-1) === 'string' ? `"${path.at(-1)}"` : (schema.title ?? 'This')
  const hint = schema.description === undefined ? '' : `It holds ${schema.description}.`
  const params = error.params
  switch (error.keyword) {
    case 'required': {
      const missing = params.missingProperty as string
      const about = schema.properties?.[missing]?.description
      return [
        `"${missing}" is missing from ${schema.title ?? 'this'}.`,
        `Add a line "${missing}: …"${about === undefined ? '.' : ` with ${about}.`}`,
      ]
    }
    case 'additionalProperties': {
      const key = params.additionalProperty as string
      return [
        `"${key}" is not a key of ${schema.title ?? 'this'}.`,
        suggestion(key, Object.keys(schema.properties ?? {}), 'keys'),
      ]
    }
    case 'type':
      return [
        `${name} should be ${shapeName(params.type)}; here it is ${valueName(error.data)}.`,
        typeFix(error, hint),
      ]
    case 'enum':
      return [
        `${name} is "${String(error.data)}", which is not one of its values.`,
        suggestion(String(error.data), (schema.enum ?? []).map(String), 'values'),
      ]
    case 'minLength':
      return [`${name} is empty.`, hint || 'Write it, or take the line out.']
    case 'minItems':
      return [`${name} has ${(error.data as unknown[]).length}; it needs at least ${params.limit}.`, hint]
    case 'minimum':
    case 'maximum':
      return [`${name} is ${String(error.data)}.`, hint]
    case 'pattern':
      return [`${name} is "${String(error.data)}", which does not have the right form.`, hint]
    default:
      return [`${name} ${error.message ?? 'is not right'}.`, hint]
  }
}

function typeFix(error: ErrorObject, hint: string): string {
  if (error.params.type === 'string' && (typeof error.data === 'number' || typeof error.data === 'boolean')) {
    return `Put it in quotes: "${String(error.data)}".`
  }
  if (error.params.type === 'string' && error.data !== null && typeof error.data === 'object') {
    return 'A text that begins with {{ or [[ goes in double quotes.'
  }
  return hint
}

const shapeName = (type: string) =>
  ({
    string: 'a text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list (lines that begin with "- ")',
    object: 'a set of keys',
  })[type] ?? type

function valueName(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a set of keys'
  return `"${String(value)}"`
}
