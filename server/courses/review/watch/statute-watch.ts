import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { rules } from '#server/law/reasons/rules.ts'
import type { ChangedFact } from './changed-facts.queries.ts'

/** Something that quotes a statute or fact, and where a reviewer reads it. */
type Place = Readonly<{
  kind: 'Rule' | 'Lesson' | 'Question' | 'Job aid'
  title: string
  in: string
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

const plain = (html: string) => html.replace(/<svg[\s\S]*?<\/svg>/g, ' ').replace(/<[^>]+>/g, ' ')

/** Every statute that a rule, lesson, question or job aid quotes, then every fact of the register. */
export function watchedThings(catalogue: Catalogue): readonly Watched[] {
  const quoting = placesWithQuotes(catalogue)
  const sections = new Map<string, Place[]>()
  const facts = new Map<string, Place[]>()
  for (const { place, factKeys, text } of quoting) {
    const cited = new Set(sectionsIn(`${text} ${factKeys.map((key) => factWords(catalogue, key)).join(' ')}`))
    for (const section of cited) sections.set(section, [...(sections.get(section) ?? []), place])
    for (const key of new Set(factKeys)) facts.set(key, [...(facts.get(key) ?? []), place])
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

/** What the register says of a fact: its words, its sources, and the values that rest on it. */
function factWords({ register }: Catalogue, key: string): string {
  const fact = register.facts.get(key)
  const titles = (fact?.sources ?? []).map((source) => register.sources.get(source)?.title ?? '')
  const values = [...register.values.values()].filter((value) => value.fact === key)
  return [fact?.about ?? '', ...titles, ...values.map(({ text, about }) => `${text} ${about}`)].join(' ')
}

type Quoting = Readonly<{ place: Place; factKeys: readonly string[]; text: string }>

function placesWithQuotes(catalogue: Catalogue): readonly Quoting[] {
  const ofRules = rules.map(({ code, title, words, source }): Quoting => {
    const place = { kind: 'Rule', title: `${code}: ${title}`, in: 'Rules of time', href: '/rules' } as const
    return { place, factKeys: [], text: `${words} ${source}` }
  })
  const ofCourses = [...catalogue.courses.values()].flatMap(({ current }) => {
    const base = `/review/courses/${current.slug}/${current.version}`
    return current.modules.flatMap((module) => [
      ...module.lessons.map(({ title, slug, html, factKeys }): Quoting => {
        const href = `${base}/lessons/${module.slug}/${slug}`
        return { place: { kind: 'Lesson', title, in: current.shortTitle, href }, factKeys, text: plain(html) }
      }),
      ...[...module.questions.values()].map((question): Quoting => {
        const href = `${base}/questions/${module.slug}#question-${question.id}`
        const place = { kind: 'Question', title: question.id, in: current.shortTitle, href } as const
        return { place, factKeys: question.facts, text: plain(JSON.stringify(question)) }
      }),
    ])
  })
  const ofJobAids = catalogue.jobAids.map(({ slug, sheet, factKeys }): Quoting => {
    const place = { kind: 'Job aid', title: sheet.title, in: 'Job aids', href: `/job-aids/${slug}` } as const
    return { place, factKeys, text: plain(JSON.stringify(sheet)) }
  })
  return [...ofRules, ...ofCourses, ...ofJobAids]
}

/** The open marks that flag one page of the review, by its address. */
export function flagsOf(
  watched: readonly Watched[],
  open: readonly ChangedFact[],
  path: string,
): readonly ChangedFact[] {
  const keys = new Set(
    watched
      .filter(({ places }) => places.some(({ href }) => href.split('#')[0] === path))
      .map(({ key }) => key),
  )
  return open.filter(({ key }) => keys.has(key))
}

/** The list: what is marked first, then what has the typed words. */
export function watchPage(watched: readonly Watched[], open: readonly ChangedFact[], search: string) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const marked = new Set(open.map(({ key }) => key))
  const fits = ({ key, about }: Watched) => {
    const text = `${key} ${about}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  const isQuoted = ({ places }: Watched) => places.length > 0
  return {
    title: 'Statute watch',
    search,
    marked: watched.filter(({ key }) => marked.has(key)),
    statutes: watched.filter((one) => one.kind === 'statute' && fits(one)),
    facts: watched.filter((one) => one.kind === 'fact' && isQuoted(one) && fits(one)),
  }
}
