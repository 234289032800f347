import { type Static, type TSchema, Type } from 'typebox'
import type { Fact, FactRegister, FactStatus, Source, Value } from '#server/courses/catalogue/course-parts.ts'
import type { CourseFile } from './course-files.ts'
import { type ProblemLog, suggestion } from './problems.ts'
import { checkedShape, type Path, parseYaml, type YamlDocument } from './yaml-document.ts'

export const emptyRegister: FactRegister = { values: new Map(), sources: new Map(), facts: new Map() }

/** The check date of an unreadable entry. */
const never = '1970-01-01'

const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'a day written as 2026-11-23' })
const nonEmpty = (description: string) => Type.String({ minLength: 1, description })

const valueShape = Type.Object(
  {
    text: nonEmpty('the text shown in the lesson, in quotes'),
    about: nonEmpty('what this is, for the next editor'),
    fact: Type.Optional(nonEmpty('the key of the fact that it is based on')),
    to_confirm: Type.Optional(nonEmpty('what someone has to confirm, and why')),
    checked: day,
  },
  { additionalProperties: false, title: 'a value' },
)
const sourceShape = Type.Object(
  {
    title: nonEmpty('the name of the publication or page'),
    publisher: Type.String({ description: 'who published it' }),
    url: Type.Optional(Type.String({ description: 'its address, starting with https://' })),
    seen: Type.Optional(Type.String({ description: 'how it was seen (in full, a copy, a summary)' })),
  },
  { additionalProperties: false, title: 'a source' },
)
const factShape = Type.Object(
  {
    status: Type.Unsafe<FactStatus>({ enum: ['V', 'V2', 'U'] }),
    sources: Type.Array(nonEmpty('the key of a source'), { description: 'a list of source keys: [S3, S21]' }),
    about: Type.String({ description: 'the fact in a few words' }),
    checked: day,
  },
  { additionalProperties: false, title: 'a fact' },
)
const registerShape = Type.Object(
  {
    values: Type.Optional(Type.Any()),
    sources: Type.Optional(Type.Any()),
    facts: Type.Optional(Type.Any()),
  },
  { additionalProperties: false, title: 'the register of facts' },
)

export function readFactRegister(file: CourseFile, log: ProblemLog): FactRegister {
  const document = parseYaml(file.text, file.path, 1, log)
  if (!document || !checkedShape(document, [], registerShape, log)) return emptyRegister
  const register = {
    values: readValues(document, log),
    sources: readSources(document, log),
    facts: readFacts(document, log),
  }
  const say: Say = (path, message, fix) => log.error(file.path, document.lineOf(path), message, fix)
  checkSourceUrls(register, say)
  checkValues(register, say)
  if (register.sources.size === 0)
    log.warning(
      file.path,
      document.lineOf(['sources']),
      'There are no sources yet, so lessons can’t list where their facts come from.',
      'Enter each as "S1: { title: …, publisher: …, url: …, seen: … }".',
    )
  else checkFactSources(register, say)
  return register
}

type Say = (path: Path, message: string, fix: string) => void

const readValues = (document: YamlDocument, log: ProblemLog) =>
  readEntries(document, 'values', log, valueShape, (name, given): Value => {
    if (!given) return { name, text: name, about: '', fact: undefined, toConfirm: undefined, checked: never }
    const { fact, to_confirm, ...rest } = given
    return { name, fact, toConfirm: to_confirm, ...rest }
  })

const readSources = (document: YamlDocument, log: ProblemLog) =>
  readEntries(document, 'sources', log, sourceShape, (key, given): Source => {
    if (!given) return { key, title: key, publisher: '', url: undefined, seen: undefined }
    const { url, seen, ...rest } = given
    return { key, url, seen, ...rest }
  })

const readFacts = (document: YamlDocument, log: ProblemLog) =>
  readEntries(
    document,
    'facts',
    log,
    factShape,
    (key, given): Fact =>
      given ? { key, ...given } : { key, status: 'U', sources: [], about: '', checked: never },
  )

/** An invalid entry keeps its name, so that its error is reported once and not wherever it is used. */
function readEntries<Entry extends object, Schema extends TSchema>(
  document: YamlDocument,
  part: string,
  log: ProblemLog,
  shape: Schema,
  entry: (key: string, given: Static<Schema> | undefined) => Entry,
): ReadonlyMap<string, Entry> {
  const parts = document.data as Record<string, Record<string, unknown> | null | undefined>
  return new Map(
    Object.keys(parts[part] ?? {}).map((key) => [
      key,
      entry(key, checkedShape(document, [part, key], shape, log)),
    ]),
  )
}

function checkSourceUrls({ sources }: FactRegister, say: Say): void {
  for (const { key, url } of sources.values())
    if (url !== undefined && url !== '' && !/^https:\/\/\S+$/.test(url))
      say(
        ['sources', key, 'url'],
        `The address of source ${key} is "${url}".`,
        'Enter the full address, starting with https://, or leave "url" out.',
      )
}

function checkValues({ values, facts }: FactRegister, say: Say): void {
  for (const { name, fact } of values.values())
    if (fact !== undefined && !facts.has(fact))
      say(
        ['values', name],
        `The value "${name}" is based on the fact ${fact}, which is not in this file.`,
        suggestion(fact, facts.keys(), 'facts'),
      )
}

function checkFactSources({ sources, facts }: FactRegister, say: Say): void {
  for (const fact of facts.values()) {
    const unknown = fact.sources.filter((key) => !sources.has(key))
    if (unknown.length > 0)
      say(
        ['facts', fact.key],
        `The fact ${fact.key} names ${unknown.join(', ')}, which ${unknown.length === 1 ? 'is' : 'are'} not among the sources.`,
        'Add the source or fix its key.',
      )
    else if (fact.status !== 'U' && fact.sources.length === 0)
      say(
        ['facts', fact.key],
        `The fact ${fact.key} has status ${fact.status} and no source.`,
        'Add the source, or give it status U.',
      )
  }
}

/** Facts and values checked more than a year before `today` (an ISO day). */
export function factsOlderThanAYear(register: FactRegister, today: string): string[] {
  const limit = `${Number(today.slice(0, 4)) - 1}${today.slice(4)}`
  return [
    ...[...register.facts.values()].filter(({ checked }) => checked < limit).map(({ key }) => key),
    ...[...register.values.values()].filter(({ checked }) => checked < limit).map(({ name }) => name),
  ]
}
