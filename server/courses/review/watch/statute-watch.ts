import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { rules } from '#server/law/reasons/rules.ts'
import type { Day } from '#server/lib/days.ts'
import type { ChangedFact, Flag } from './changed-facts.queries.ts'
import { factChecks } from './fact-checks.ts'

/** Something that quotes a statute or fact, and where a reviewer reads it. */
type Place = Readonly<{
  kind: 'Rule' | 'Lesson' | 'Question' | 'Job aid' | 'Resource' | 'Right now' | 'Glossary'
  /** Its name within the kind, the same in every version: R4, course/module/lesson, course/module/question. */
  place: string
  title: string
  within: string
  href: string
}>

export type Watched = Readonly<{
  /** The key of a fact such as A1-02, or a section of the statutes such as 245A.25. */
  key: string
  kind: 'statute' | 'fact'
  about: string
  /** The day a fact was last checked. Null for a statute, which several facts quote. */
  checked: string | null
  places: readonly Place[]
}>

/** Chapters and sections as texts cite them: 245A.25 or 260E. Four digits would be a year. */
const sectionPattern = /\b(?:Minn\. Stat\. (?:chapter )?|section )?(\d{3}[A-Z]?\.\d{1,4})\b/g

const sectionsIn = (text: string): readonly string[] =>
  [...text.matchAll(sectionPattern)].map(([, section]) => section ?? '')

// The texts of a catalogue never change, and to search all of them takes a tenth of a second: each is searched once.
const cited = new WeakMap<object, readonly string[]>()

function sectionsOf(source: object, text: () => string): readonly string[] {
  const known = cited.get(source)
  if (known) return known
  const sections = sectionsIn(text())
  cited.set(source, sections)
  return sections
}

const plain = (html: string) => html.replace(/<svg[\s\S]*?<\/svg>/g, ' ').replace(/<[^>]+>/g, ' ')

/** Every statute and then every fact of the register, with what quotes it. */
export function watchedThings(catalogue: Catalogue): readonly Watched[] {
  const quoting = placesWithQuotes(catalogue)
  const sections = new Map<string, Place[]>()
  const facts = new Map<string, Place[]>()
  for (const { place, factKeys, source, text } of quoting) {
    const keys = new Set(factKeys)
    const named = [...keys].flatMap((key) => sectionsOfFact(catalogue, key))
    for (const section of new Set([...sectionsOf(source, text), ...named])) add(sections, section, place)
    for (const key of keys) add(facts, key, place)
  }
  return [
    ...[...sections]
      .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([key, places]): Watched => {
        const kind = 'statute'
        return { key, kind, about: `Minn. Stat. ${key}`, checked: null, places }
      }),
    ...[...catalogue.register.facts.values()].map(({ key, about, checked }): Watched => {
      return { key, kind: 'fact', about, checked, places: facts.get(key) ?? [] }
    }),
  ]
}

function add(places: Map<string, Place[]>, key: string, place: Place): void {
  const known = places.get(key)
  if (known) known.push(place)
  else places.set(key, [place])
}

/** The sections in what the register says of a fact: its words, its sources, and the values that rest on it. */
function sectionsOfFact({ register }: Catalogue, key: string): readonly string[] {
  const fact = register.facts.get(key)
  if (!fact) return []
  return sectionsOf(fact, () => {
    const titles = fact.sources.map((source) => register.sources.get(source)?.title ?? '')
    const values = [...register.values.values()].filter((value) => value.fact === key)
    return [fact.about, ...titles, ...values.map(({ text, about }) => `${text} ${about}`)].join(' ')
  })
}

/** `source` is the object of the catalogue whose text it is. */
type Quoting = Readonly<{ place: Place; factKeys: readonly string[]; source: object; text: () => string }>

const placesWithQuotes = (catalogue: Catalogue): readonly Quoting[] => [
  ...rules.map((rule): Quoting => {
    const { code, title, words } = rule
    const place = {
      kind: 'Rule',
      place: code,
      title: `${code}: ${title}`,
      within: 'Rules of time',
      href: `/rules#${code}`,
    } as const
    return { place, factKeys: [], source: rule, text: () => `${words} ${rule.source}` }
  }),
  ...placesInCourses(catalogue),
  ...placesBesideCourses(catalogue),
]

const placesInCourses = ({ courses }: Catalogue): readonly Quoting[] =>
  [...courses.values()].flatMap(({ current }) => {
    const base = `/review/courses/${current.slug}/${current.version}`
    const within = current.shortTitle
    return current.modules.flatMap((module) => {
      const inModule = `${current.slug}/${module.slug}`
      return [
        ...module.lessons.map((lesson): Quoting => {
          const { title, slug, html, factKeys } = lesson
          const href = `${base}/lessons/${module.slug}/${slug}`
          const place = { kind: 'Lesson', place: `${inModule}/${slug}`, title, within, href } as const
          return { place, factKeys, source: lesson, text: () => plain(html) }
        }),
        ...[...module.questions.values()].map((question): Quoting => {
          const { id, facts } = question
          const href = `${base}/questions/${module.slug}#question-${id}`
          const place = { kind: 'Question', place: `${inModule}/${id}`, title: id, within, href } as const
          return { place, factKeys: facts, source: question, text: () => plain(JSON.stringify(question)) }
        }),
      ]
    })
  })

const placesBesideCourses = ({ jobAids, resources, rightNow, glossary }: Catalogue): readonly Quoting[] => [
  ...jobAids.map((jobAid): Quoting => {
    const { slug, sheet, factKeys } = jobAid
    const place = {
      kind: 'Job aid',
      place: slug,
      title: sheet.title,
      within: 'Job aids',
      href: `/job-aids/${slug}`,
    } as const
    return { place, factKeys, source: jobAid, text: () => plain(JSON.stringify(sheet)) }
  }),
  ...resources.resources.map((resource): Quoting => {
    const { id, name, about, sources, facts } = resource
    const href = `/review/resources/${id}`
    const place = { kind: 'Resource', place: id, title: name, within: 'Resources', href } as const
    return { place, factKeys: facts, source: resource, text: () => `${name} ${about} ${sources.join(' ')}` }
  }),
  ...rightNow.map((card): Quoting => {
    const { id, title, facts } = card
    const href = `/right-now/${id}`
    const place = { kind: 'Right now', place: id, title, within: 'Right now', href } as const
    return { place, factKeys: facts, source: card, text: () => JSON.stringify(card) }
  }),
  ...glossary.map((entry): Quoting => {
    const { slug, term, html, facts } = entry
    const href = `/glossary#${slug}`
    const place = { kind: 'Glossary', place: slug, title: term, within: 'Glossary', href } as const
    return { place, factKeys: facts, source: entry, text: () => plain(html) }
  }),
]

/** The list: what is marked first, then what has the typed words, then what is due to be checked. */
export function watchPage(
  { register }: Catalogue,
  watched: readonly Watched[],
  changes: readonly ChangedFact[],
  { search, today }: Readonly<{ search: string; today: Day }>,
) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = ({ key, about }: Watched) => {
    const text = `${key} ${about}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  const isQuoted = ({ places }: Watched) => places.length > 0
  return {
    title: 'Statute watch',
    search,
    marked: changes.filter(({ is_open }) => is_open).map((one) => ({ ...one, about: aboutOf(watched, one) })),
    statutes: watched.filter((one) => one.kind === 'statute' && fits(one)),
    facts: watched.filter((one) => one.kind === 'fact' && isQuoted(one) && fits(one)),
    checks: factChecks(register, today),
  }
}

const aboutOf = (watched: readonly Watched[], { key }: Pick<ChangedFact, 'key'>): string =>
  watched.find((one) => one.key === key)?.about ?? key

/** One mark: the flags to answer, each with where it is read today, and the answers. */
export function changedFactPage(watched: readonly Watched[], change: ChangedFact, flags: readonly Flag[]) {
  const hrefs = new Map(
    watched.flatMap(({ places }) => places.map(({ kind, place, href }) => [`${kind} ${place}`, href])),
  )
  const linked = flags.map((one) => ({ ...one, href: hrefs.get(`${one.kind} ${one.place}`) ?? null }))
  return {
    title: `Changed: ${aboutOf(watched, change)}`,
    about: aboutOf(watched, change),
    change,
    open: linked.filter(({ outcome }) => outcome === null),
    answered: linked.filter(({ outcome }) => outcome !== null),
  }
}
