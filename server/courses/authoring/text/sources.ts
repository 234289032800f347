import type { Fact, LessonSource, Source } from '#server/courses/catalogue/course-parts.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import type { Scope } from './scope.ts'

/** The mark after a sentence: its source numbers, or "Practice advice." */
export function citationMark(scope: Scope, keys: readonly string[], label: boolean): string {
  if (!scope.notes || label) return ''
  const facts = keys.map((key) => scope.register.facts.get(key)!)
  const marks = facts
    .filter((fact) => fact.status !== 'U')
    .flatMap((fact) => {
      const shown = sourceNumbers(scope, fact)
      if (shown.length === 0) return []
      const name = `${shown.length === 1 ? 'Source' : 'Sources'} ${shown.join(', ')}`
      return `<a href="#source-${fact.key}" role="doc-noteref" aria-label="${name}">${shown.join(',')}</a>`
    })
  // The space separates the number from a phone number before it when text is extracted.
  const cited = marks.length > 0 ? `<sup class="lesson-cite">&nbsp;${marks.join(' ')}</sup>` : ''
  const advice = facts.some((fact) => fact.status === 'U')
    ? ' <small class="lesson-practice">Practice advice</small>'
    : ''
  return cited + advice
}

/** The numbers of a fact's sources on its page. A new source gets the next number. */
export function sourceNumbers({ register, notes }: Scope, fact: Fact): readonly number[] {
  const numbers = notes?.sources ?? new Map<string, number>()
  const known = fact.sources.filter((key) => register.sources.has(key))
  for (const key of known) if (!numbers.has(key)) numbers.set(key, numbers.size + 1)
  return known.map((key) => numbers.get(key)!).sort((a, b) => a - b)
}

export function lessonSources(scope: Scope, factKeys: readonly string[]): LessonSource[] {
  const facts = factKeys.map((key) => scope.register.facts.get(key)!).filter(({ status }) => status !== 'U')
  const numbers = [...(scope.notes?.sources ?? [])]
  return numbers
    .sort((a, b) => a[1] - b[1])
    .map(([key, number]) => {
      const source: Source = scope.register.sources.get(key)!
      const resting = facts.filter(({ sources }) => sources.includes(key))
      const leading = facts.filter(
        ({ sources }) => sources.find((other) => scope.register.sources.has(other)) === key,
      )
      return {
        number,
        key,
        title: source.title,
        publisher: source.publisher,
        url: source.url === '' ? undefined : source.url,
        checked: resting.map(({ checked }) => checked).sort()[0]!,
        facts: leading.map((fact) => fact.key),
        secondHand: resting.every(({ status }) => status === 'V2'),
      }
    })
}

/** The "Sources" section at the end of a lesson. */
export function sourcesHtml(sources: readonly LessonSource[], practiceAdvice: boolean): string {
  if (sources.length === 0 && !practiceAdvice) return ''
  const items = sources.map((source) => {
    const anchors = source.facts.map((key) => `<span id="source-${key}"></span>`).join('')
    const title =
      source.url === undefined
        ? `<cite>${escapeHtml(source.title)}</cite>`
        : `<a href="${escapeHtml(source.url)}" rel="noreferrer noopener"><cite>${escapeHtml(source.title)}</cite></a>`
    const publisher = source.publisher === '' ? '' : `, ${escapeHtml(source.publisher)}`
    const secondHand = source.secondHand ? ' Secondhand.' : ''
    return `<li>${anchors}${title}${publisher}.${secondHand} Checked ${longDate(source.checked)}.</li>`
  })
  const list = items.length === 0 ? '' : `<ol class="lesson-source-list">\n${items.join('\n')}\n</ol>\n`
  const advice = practiceAdvice
    ? '<p class="lesson-practice-note">“Practice advice” marks good practice that we have no source for. It is not law.</p>\n'
    : ''
  const count = items.length === 0 ? '' : ` (${items.length})`
  return `<details class="lesson-sources" id="sources"><summary>Sources${count}</summary>\n${list}${advice}</details>\n`
}

/** `2026-11-23` as "November 23, 2026". */
export const longDate = (day: string) => dateFormat.format(new Date(`${day}T00:00:00Z`))
const dateFormat = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' })
