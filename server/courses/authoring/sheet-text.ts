import { Type } from 'typebox'
import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import type { Line } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import { checkBlockMarkers } from '#server/courses/authoring/text/block-checks.ts'
import { checkCitations } from '#server/courses/authoring/text/citations.ts'
import { readHeadings } from '#server/courses/authoring/text/headings.ts'
import { plainText, type Scope } from '#server/courses/authoring/text/scope.ts'
import { sheetBlocks } from '#server/courses/authoring/text/sheet-blocks.ts'
import { lessonSources, longDate } from '#server/courses/authoring/text/sources.ts'
import { refuseForeign } from '#server/courses/authoring/text/words.ts'
import type { SupportLine } from '#server/courses/catalogue/course-parts.ts'
import type { Sheet, Spans } from '#server/courses/catalogue/sheet.ts'
import { markdown, type Shared, scopeOf } from './versions.ts'

/** A job aid or guide read from Markdown, with the register entries it uses. */
type SheetText = Readonly<{
  sheet: Sheet
  factKeys: readonly string[]
  checked: string
  goesWith: readonly { place: string; line: Line }[]
}>

const words = (description: string) => Type.String({ minLength: 1, description })
const headShape = Type.Object(
  {
    title: words('the title'),
    purpose: words('its purpose in a sentence'),
    columns: Type.Optional(Type.Integer({ minimum: 1, maximum: 2, description: '1 or 2, on paper' })),
    goes_with: Type.Optional(
      Type.Array(
        Type.String({ pattern: '^[a-z0-9-]+(/[a-z0-9-]+){2}$', description: 'course/module/lesson' }),
        {
          description: 'a list of lessons, each as course/module/lesson',
        },
      ),
    ),
  },
  { additionalProperties: false, title: 'the front matter of a job aid or guide' },
)

/** Reads a job aid or guide: front matter like a lesson's, then Markdown. */
export function readSheet(
  file: CourseFile,
  over: string,
  shared: Shared,
  support: readonly SupportLine[],
): SheetText | undefined {
  const { log } = shared
  const parts = /^---\n([\s\S]*?)\n---[ \t]*(?:\n|$)([\s\S]*)$/.exec(file.text)
  if (!parts) {
    log.error(
      file.path,
      1,
      'It has no front matter.',
      'Start the file with "---", then title and purpose, then "---".',
    )
    return undefined
  }
  const [, headText, body] = parts as unknown as [string, string, string]
  const head = parseYaml(headText, file.path, 2, log)
  const given = head && checkedShape(head, [], headShape, log)
  if (!head || !given) return undefined
  const firstLine = file.text.slice(0, file.text.length - body.length).split('\n').length
  const scope = scopeOf(file.path, shared, { sources: new Map(), terms: new Map() })
  const at = { scope, firstLine, label: false }
  checkBlockMarkers(body, firstLine, file.path, log)
  const tokens = markdown.parse(body, at)
  refuseForeign(tokens, at)
  readHeadings(tokens, firstLine, file.path, log)
  checkCitations(tokens, firstLine, file.path, log)
  const blocks = sheetBlocks(tokens, at, support)
  const sheet = {
    over,
    title: plainText(scope, given.title, head.lineOf(['title'])),
    lead: plainText(scope, given.purpose, head.lineOf(['purpose'])),
    columns: given.columns === 2 ? (2 as const) : (1 as const),
    blocks,
  }
  const checked = oldestCheck(scope)
  const goesWith = (given.goes_with ?? []).map((place, at) => ({
    place,
    line: head.lineOf(['goes_with', at]),
  }))
  return {
    sheet: { ...sheet, notes: notesOf(scope, checked) },
    factKeys: [...scope.used.facts],
    checked,
    goesWith,
  }
}

function oldestCheck({ register, used }: Scope): string {
  const days = [
    ...[...used.facts].map((key) => register.facts.get(key)!.checked),
    ...[...used.values].map((name) => register.values.get(name)!.checked),
  ]
  return days.sort()[0] ?? ''
}

/** The notes at the end: the check date, and the sources behind the small numbers. */
function notesOf(scope: Scope, checked: string): Spans[] {
  const facts = [...scope.used.facts]
  const sources = lessonSources(scope, facts)
  const advice = 'Statements without a number are practice advice, not law.'
  const asOf = checked === '' ? '' : `Facts last checked on ${longDate(checked)}. `
  const meaning = sources.length === 0 ? advice : `Small numbers refer to the sources below. ${advice}`
  return [
    [{ text: asOf + meaning }],
    ...sources.map(
      ({ number, title, publisher, url, secondHand }): Spans => [
        { text: `${number} ` },
        url === undefined ? { text: title } : { text: title, href: url },
        { text: `${publisher === '' ? '' : `, ${publisher}`}${secondHand ? ' (secondhand)' : ''}.` },
      ],
    ),
  ]
}
