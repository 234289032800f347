import { type Static, Type } from 'typebox'
import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import { type ProblemLog, suggestion } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import { plainText, type Scope } from '#server/courses/authoring/text/scope.ts'
import type { ElsewhereTraining, FactRegister, Source } from '#server/courses/catalogue/course-parts.ts'

const words = (description: string) => Type.String({ minLength: 1, description })
const trainingShape = Type.Object(
  {
    id: Type.String({
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      description: 'lowercase letters, digits and hyphens',
    }),
    title: words('the training’s title'),
    code: Type.Optional(words('the provider’s number for it')),
    for: words('the audience'),
    required: words('who is required to take it, if anyone, and by which law'),
    about: words('what it teaches, in a sentence or two'),
    provider: words('the provider'),
    length: words('how long it takes, or who says so'),
    format: words('the format'),
    url: Type.Optional(words('its address, starting with https://')),
    contact: Type.Optional(words('an email address')),
    facts: Type.Optional(Type.Array(Type.String(), { description: 'a list of fact keys: [A1-08]' })),
    sources: Type.Optional(Type.Array(Type.String(), { description: 'a list of source keys: [S1]' })),
    checked: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'a day written as 2026-11-23' }),
  },
  { additionalProperties: false, title: 'an outside training' },
)

/** Reads the outside trainings. Invalid ones are reported and left out. */
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
      'The list of outside trainings is invalid.',
      'Start each training with "- id: …" at the beginning of a line.',
    )
    return []
  }
  const seen = new Set<string>()
  return [...document.data.keys()].flatMap((at): ElsewhereTraining[] => {
    const given = checkedShape(document, [at], trainingShape, log)
    if (!given) return []
    const say: Say = (message, fix) => log.error(file.path, document.lineOf([at]), message, fix)
    if (seen.has(given.id)) say(`There are two trainings "${given.id}".`, 'Give each one a different id.')
    seen.add(given.id)
    checkFacts(given, register, say)
    const sources = sourcesOf(given, register, say)
    const plain = (key: string, text = '') => plainText(scope, text, document.lineOf([at, key]))
    const url = plain('url', given.url)
    if (url !== '' && !/^https:\/\/\S+$/.test(url))
      log.error(
        file.path,
        document.lineOf([at, 'url']),
        `The address is "${url}".`,
        'Enter the full address, starting with https://.',
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
        sources,
        checked: given.checked,
      },
    ]
  })
}

type Training = Static<typeof trainingShape>
type Say = (message: string, fix: string) => void

function checkFacts({ facts = [] }: Training, register: FactRegister, say: Say): void {
  for (const key of facts) {
    const fact = register.facts.get(key)
    if (!fact) say(`There is no fact "${key}" in facts.yml.`, suggestion(key, register.facts.keys(), 'facts'))
    else if (fact.status === 'U')
      say(
        `The fact ${key} is not verified (status U), so an outside training can’t be based on it.`,
        'Use another fact, or leave out the claim.',
      )
  }
}

/** The names of a training's own sources and of its facts' sources. */
function sourcesOf(
  { title, facts = [], sources = [] }: Training,
  register: FactRegister,
  say: Say,
): string[] {
  for (const key of sources)
    if (!register.sources.has(key))
      say(`There is no source "${key}" in facts.yml.`, suggestion(key, register.sources.keys(), 'sources'))
  const named = [...sources, ...facts.flatMap((key) => register.facts.get(key)?.sources ?? [])]
  if (named.length === 0) say(`"${title}" has no source.`, 'Add facts or sources.')
  return [...new Set(named)].flatMap((key) => sourceName(register.sources.get(key)))
}

/** Two pages can share a title, so a source is named with its publisher. */
const sourceName = (source: Source | undefined) =>
  source === undefined ? [] : [`${source.title} (${source.publisher})`]

/** The form to record the training, with the known fields filled in. */
export const recordPath = ({ title, provider, code }: ElsewhereTraining) =>
  `/training/elsewhere/new?${new URLSearchParams({ title, provider, ...(/^\w+$/.test(code) ? { code } : {}) })}`
