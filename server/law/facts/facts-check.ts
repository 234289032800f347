import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { isDay, isInstant } from '#server/lib/days.ts'
import { contradictionsIn } from './contradictions.ts'
import { type Facts, factsOf } from './facts.ts'
import { factsSchema, type WrittenFacts } from './facts-schema.ts'
import type { Problem } from './problem.ts'

type CheckedFacts =
  | { readonly ok: true; readonly facts: Facts; readonly written: WrittenFacts }
  | { readonly ok: false; readonly problems: readonly Problem[] }

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true })
ajv.addFormat('date', isDay)
ajv.addFormat('date-time', isInstant)
// Compiled when facts are first read, because few runs of the service read any.
let compiled: ValidateFunction<WrittenFacts> | undefined

/** Facts from anything at all: never throws, and names every problem with the path to it. */
export function readFacts(given: unknown): CheckedFacts {
  compiled ??= ajv.compile<WrittenFacts>(factsSchema)
  const hasShape = compiled
  if (!hasShape(given)) return { ok: false, problems: shapeProblems(hasShape.errors ?? []) }
  const problems = contradictionsIn(given).map(({ path, message }) => ({ path, message }))
  return problems.length > 0 ? { ok: false, problems } : { ok: true, facts: factsOf(given), written: given }
}

function shapeProblems(errors: readonly ErrorObject[]): readonly Problem[] {
  const problems = new Map<string, Problem>()
  for (const error of errors) {
    const problem = problemOf(error)
    if (!problems.has(problem.path)) problems.set(problem.path, problem)
  }
  return [...problems.values()]
}

function problemOf(error: ErrorObject): Problem {
  const path = pathOf(error.instancePath)
  const value = shown(error.data)
  const schema = error.parentSchema as {
    format?: string
    properties?: object
    type?: string | readonly string[]
  }
  switch (error.keyword) {
    case 'required':
      return { path: child(path, error.params.missingProperty), message: 'is missing' }
    case 'additionalProperties':
      return {
        path: child(path, error.params.additionalProperty),
        message: `is not a ${path === 'settings' || path.endsWith('.settings') ? 'setting' : 'fact'} known here; known are ${Object.keys(schema.properties ?? {}).join(', ')}`,
      }
    case 'enum':
      return { path, message: `${value} is not one of ${error.params.allowedValues.join(', ')}` }
    case 'minLength':
      return { path, message: 'is empty' }
    case 'minimum':
    case 'maximum':
      return {
        path,
        message: `${value} is ${error.keyword === 'minimum' ? 'less' : 'more'} than ${error.params.limit}`,
      }
    default:
      return { path, message: `${value} is not ${expected(schema)}` }
  }
}

function expected({ format, type }: { format?: string; type?: string | readonly string[] }): string {
  if (format === 'date') return 'a day'
  if (format === 'date-time')
    return 'a date and time with its offset from UTC, such as 2024-02-09T16:00:00-06:00'
  const names = {
    array: 'a list',
    object: 'an object',
    string: 'text',
    boolean: 'true or false',
    number: 'a number',
  }
  const first = (typeof type === 'string' ? type : type?.[0]) ?? 'object'
  return { ...names, integer: 'a whole number' }[first] ?? first
}

/** '/assignments/0/hired_on' is assignments[0].hired_on. */
function pathOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : child(path, step)), '')
}

function child(path: string, key: string): string {
  const step = /^[\w$]+$/.test(key) ? key : JSON.stringify(key)
  return path === '' ? step : `${path}.${step}`
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : typeof value
}
