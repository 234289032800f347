import type { ErrorObject } from 'ajv'
import { suggestion } from './problems.ts'

/** A path inside a YAML document. */
export type Path = readonly (string | number)[]

/** Explains a YAML syntax error to authors. */
export function yamlProblem(code: string, message: string): [message: string, fix: string] {
  const said = message.split(/ at line \d+/)[0]!.replace(/\s+/g, ' ')
  if (/Nested mappings|implicit key|Implicit (map )?keys/i.test(said)) {
    return [
      'A colon or a line break inside this text is read as a new key.',
      'Put the text in double quotes, or write "key: >" and the text on the next lines, indented.',
    ]
  }
  if (code === 'DUPLICATE_KEY') {
    return ['This key appears twice.', 'Keep one of them.']
  }
  if (code === 'TAB_AS_INDENT') {
    return ['A tab is used to indent.', 'Indent with spaces.']
  }
  if (code === 'BAD_INDENT') {
    return [`The indentation is wrong (${said}).`, 'Line it up with the lines above it.']
  }
  return [
    `This can't be read as YAML (${said}).`,
    'Check indentation and quotes. Put text with a colon, a quote or a leading {{, [[ or * in double quotes.',
  ]
}

/** Explains a schema error to authors. */
export function shapeProblem(error: ErrorObject, path: Path): [message: string, fix: string] {
  const schema = error.parentSchema as Described
  const name = typeof path.at(-1) === 'string' ? `"${path.at(-1)}"` : (schema.title ?? 'This')
  const hint = schema.description === undefined ? '' : `Enter ${schema.description}.`
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
        `${name} is "${String(error.data)}", which is not an allowed value.`,
        suggestion(String(error.data), (schema.enum ?? []).map(String), 'values'),
      ]
    case 'minLength':
      return [`${name} is empty.`, hint || 'Fill it in or remove the line.']
    case 'minItems':
      return [`${name} has ${(error.data as unknown[]).length}; it needs at least ${params.limit}.`, hint]
    case 'minimum':
    case 'maximum':
      return [`${name} is ${String(error.data)}.`, hint]
    case 'pattern':
      return [`${name} is "${String(error.data)}", which has the wrong format.`, hint]
    default:
      return [`${name} ${error.message ?? 'is not right'}.`, hint]
  }
}

function typeFix(error: ErrorObject, hint: string): string {
  if (error.params.type === 'string' && (typeof error.data === 'number' || typeof error.data === 'boolean')) {
    return `Put it in quotes: "${String(error.data)}".`
  }
  if (error.params.type === 'string' && error.data !== null && typeof error.data === 'object') {
    return 'Put text that starts with {{ or [[ in double quotes.'
  }
  return hint
}

const shapeName = (type: string) =>
  ({
    string: 'a text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list (lines that start with "- ")',
    object: 'a set of keys',
  })[type] ?? type

function valueName(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a set of keys'
  return `"${String(value)}"`
}

type Described = {
  title?: string
  description?: string
  properties?: Record<string, Described>
  enum?: unknown[]
}
