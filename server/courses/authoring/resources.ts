import { Type } from 'typebox'
import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml, type YamlDocument } from '#server/courses/authoring/files/yaml-document.ts'
import { citeFact, plainText, type Scope } from '#server/courses/authoring/text/scope.ts'
import type {
  Point,
  Resource,
  ResourceFile,
  ResourceRegion,
} from '#server/courses/catalogue/resource-parts.ts'

const words = (description: string) => Type.String({ minLength: 1, description })
const id = () =>
  Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', description: 'lowercase letters, digits and hyphens' })

const groupShape = Type.Object(
  {
    id: id(),
    title: words('the heading'),
    about: Type.String({ description: 'a sentence under it, or nothing' }),
  },
  { additionalProperties: false, title: 'a group of resources' },
)

const corner = '\\d+(\\.\\d+)? \\d+(\\.\\d+)?'
const regionShape = Type.Object(
  {
    id: id(),
    name: words('the region’s name'),
    label: Type.String({ pattern: `^${corner}$`, description: 'where its name is written: 95.9 48.1' }),
    outline: Type.String({
      pattern: `^${corner}(, ${corner}){2,}$`,
      description: 'its corners, in degrees west and north: 97.2 49, 95.1 49, 95.1 48',
    }),
  },
  { additionalProperties: false, title: 'a region' },
)

const resourceShape = Type.Object(
  {
    id: id(),
    group: words('the id of its group'),
    name: words('its name'),
    about: Type.String({ description: 'a sentence or two, or nothing' }),
    phone: Type.Optional(words('a phone number')),
    sms: Type.Optional(words('a number to text')),
    url: Type.Optional(words('its address, starting with https://')),
    email: Type.Optional(words('an email address')),
    regions: Type.Optional(
      Type.Array(Type.String(), { description: 'the ids of the regions that it serves' }),
    ),
    facts: Type.Optional(Type.Array(Type.String(), { description: 'a list of fact keys: [A1-24]' })),
    sources: Type.Optional(Type.Array(Type.String(), { description: 'a list of source keys: [S1]' })),
    status: Type.Union([Type.Literal('V'), Type.Literal('V2'), Type.Literal('U')], {
      description: 'V, V2 or U',
    }),
    checked: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'a day written as 2026-11-23' }),
  },
  { additionalProperties: false, title: 'a resource' },
)

export const noResources: ResourceFile = { groups: [], regions: [], resources: [] }

/** Reads the resources, their groups and the regions of the map. Invalid ones are reported and left out. */
export function readResources(file: CourseFile, scope: Scope, log: ProblemLog): ResourceFile {
  const document = parseYaml(file.text, file.path, 1, log)
  if (!document) return noResources
  const plain = (text: string | undefined, path: readonly (string | number)[]) =>
    plainText(scope, text ?? '', document.lineOf([...path])).replaceAll("'", '’')
  const groups = eachOf(document, 'groups').flatMap((path) => {
    const given = checkedShape(document, path, groupShape, log)
    return given ? [{ id: given.id, title: given.title, about: plain(given.about, path) }] : []
  })
  const regions = eachOf(document, 'regions').flatMap((path): ResourceRegion[] => {
    const given = checkedShape(document, path, regionShape, log)
    if (!given) return []
    return [{ ...given, label: pointOf(given.label), outline: given.outline.split(', ').map(pointOf) }]
  })
  const resources = eachOf(document, 'resources').flatMap((path): Resource[] => {
    const given = checkedShape(document, path, resourceShape, log)
    if (!given) return []
    for (const key of given.facts ?? []) citeFact(scope, key, document.lineOf(path))
    const ways = { phone: given.phone, sms: given.sms, url: given.url, email: given.email }
    return [
      {
        ...{ id: given.id, group: given.group, status: given.status, checked: given.checked },
        ...{ name: plain(given.name, path), about: plain(given.about, path) },
        phone: plain(given.phone, path),
        sms: plain(given.sms, path),
        url: plain(given.url, path),
        email: plain(given.email, path),
        regions: given.regions ?? [],
        sources: (given.sources ?? []).map((key) => scope.register.sources.get(key)?.title ?? key),
        facts: given.facts ?? [],
        isOfRegister: Object.values(ways).some((text) => text?.includes('{{')),
      },
    ]
  })
  checkNames({ groups, regions, resources }, scope, document, log)
  return { groups, regions, resources }
}

function eachOf({ data }: YamlDocument, key: string): readonly (readonly [string, number])[] {
  const list = (data as Record<string, unknown> | null)?.[key]
  return Array.isArray(list) ? [...list.keys()].map((at) => [key, at] as const) : []
}

const pointOf = (text: string): Point => text.split(' ').map(Number) as unknown as Point

function checkNames(
  { groups, regions, resources }: ResourceFile,
  scope: Scope,
  document: YamlDocument,
  log: ProblemLog,
): void {
  const say = (at: number, message: string, fix: string) =>
    log.error(document.file, document.lineOf(['resources', at]), message, fix)
  const seen = new Set<string>()
  for (const [at, one] of resources.entries()) {
    if (seen.has(one.id)) say(at, `There are two resources "${one.id}".`, 'Give each one a different id.')
    seen.add(one.id)
    if (!groups.some(({ id }) => id === one.group))
      say(at, `There is no group "${one.group}".`, 'Use the id of a group in this file.')
    for (const region of one.regions)
      if (!regions.some(({ id }) => id === region))
        say(at, `There is no region "${region}".`, 'Use the id of a region in this file.')
    if (one.url !== '' && !/^https?:\/\/\S+$/.test(one.url))
      say(at, `The address is "${one.url}".`, 'Enter the full address, starting with https://.')
    for (const key of one.sources)
      if (/^S\d+[a-z]?$/.test(key) && !scope.register.sources.has(key))
        say(at, `There is no source "${key}" in facts.yml.`, 'Add it there, or use the key of another one.')
  }
}
