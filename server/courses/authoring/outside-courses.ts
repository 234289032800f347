import { Type } from 'typebox'
import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import { type ProblemLog, suggestion } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import { plainText, type Scope } from '#server/courses/authoring/text/scope.ts'
import type { ElsewhereTraining, FactRegister } from '#server/courses/catalogue/course-parts.ts'

const words = (description: string) => Type.String({ minLength: 1, description })
const trainingShape = Type.Object(
  {
    id: Type.String({
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      description: 'small letters, digits and hyphens',
    }),
    title: words('the training’s title'),
    code: Type.Optional(words('the provider’s number for it')),
    for: words('who takes it'),
    required: words('whether it is required, of whom, by which law'),
    about: words('what it teaches, in a sentence or two'),
    provider: words('who gives it'),
    length: words('how long it takes, or who says so'),
    format: words('how it is taken'),
    url: Type.Optional(words('its address, beginning with https://')),
    contact: Type.Optional(words('an email address')),
    facts: Type.Optional(Type.Array(Type.String(), { description: 'a list of fact keys: [A1-08]' })),
    sources: Type.Optional(Type.Array(Type.String(), { description: 'a list of source keys: [S1]' })),
    checked: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'a day written as 2026-11-23' }),
  },
  { additionalProperties: false, title: 'a training of the catalogue' },
)

/** Reads the trainings of others; one with a fault is left out, and the fault is said. */
export function readElsewhere(
  file: CourseFile,
  scope: Scope,
  register: FactRegister,
  log: ProblemLog,
): readonly ElsewhereTraining[] {
  const document = parseYaml(file.text, file.path, 1, log)
  if (!document) return []
  if (!Array.isArray(document.data)) {
    log.error(
      file.path,
      1,
      'The catalogue is not a list.',
      'Begin each training with "- id: …" at the start of a line.',
    )
    return []
  }
  const seen = new Set<string>()
  return [...document.data.keys()].flatMap((at): ElsewhereTraining[] => {
    const line = document.lineOf([at])
    const given = checkedShape(document, [at], trainingShape, log)
    if (!given) return []
    if (seen.has(given.id))
      log.error(file.path, line, `There are two trainings "${given.id}".`, 'Give each an id of its own.')
    seen.add(given.id)
    const facts = given.facts ?? []
    for (const key of facts) {
      const fact = register.facts.get(key)
      if (!fact)
        log.error(
          file.path,
          line,
          `There is no fact "${key}" in facts.yml.`,
          suggestion(key, register.facts.keys(), 'facts'),
        )
      else if (fact.status === 'U')
        log.error(
          file.path,
          line,
          `The fact ${key} was not seen in a source, so nothing in the catalogue may rest on it.`,
          'Name another, or leave out what it says.',
        )
    }
    const named = [
      ...(given.sources ?? []),
      ...facts.flatMap((key) => register.facts.get(key)?.sources ?? []),
    ]
    for (const key of given.sources ?? [])
      if (!register.sources.has(key))
        log.error(
          file.path,
          line,
          `There is no source "${key}" in facts.yml.`,
          suggestion(key, register.sources.keys(), 'sources'),
        )
    if (named.length === 0)
      log.error(file.path, line, `Nothing says where "${given.title}" was seen.`, 'Name facts or sources.')
    const plain = (key: string, text = '') => plainText(scope, text, document.lineOf([at, key]))
    const url = plain('url', given.url)
    if (url !== '' && !/^https:\/\/\S+$/.test(url))
      log.error(
        file.path,
        document.lineOf([at, 'url']),
        `The address is "${url}".`,
        'Write it whole, beginning with https://.',
      )
    return [
      {
        id: given.id,
        title: plain('title', given.title),
        code: plain('code', given.code),
        audience: plain('for', given.for),
        required: plain('required', given.required),
        about: plain('about', given.about),
        provider: plain('provider', given.provider),
        length: plain('length', given.length),
        format: plain('format', given.format),
        url,
        contact: plain('contact', given.contact),
        sources: [...new Set(named)].flatMap((key) => register.sources.get(key)?.title ?? []),
        checked: given.checked,
      },
    ]
  })
}

/** The form on which somebody records that they took it, filled in as far as the catalogue knows. */
export const recordPath = ({ title, provider, code }: ElsewhereTraining) =>
  `/training/elsewhere/new?${new URLSearchParams({ title, provider, ...(/^\w+$/.test(code) ? { code } : {}) })}`
