import type { Lesson } from '#server/courses/catalogue/catalogue.ts'
import { type FixedText, fixedText } from '#server/web/fixed-text.ts'

/** A lesson's text as its page shows it. */
type LessonText = Readonly<{
  text: FixedText
  /** Some words have a note that opens where they are. */
  hasTerms: boolean
  /** Words can be saved. The buttons belong to one form at the end of the lesson. */
  savesWords: boolean
}>

/** For readers who saved none of the lesson's words, which is nearly everyone. */
const textsOfLessons = new WeakMap<Lesson, LessonText>()

/** The lesson for one reader: words can be saved, and figures open large. */
export function lessonText(lesson: Lesson, path: string, savedWords: readonly string[]): LessonText {
  const saved = savedWords.filter((word) => lesson.html.includes(`"/glossary#${word}"`))
  if (saved.length > 0) return textOf(lesson.html, path, saved)
  const text = textsOfLessons.get(lesson) ?? textOf(lesson.html, path, [])
  textsOfLessons.set(lesson, text)
  return text
}

export function textOf(lessonHtml: string, path: string, savedWords: readonly string[]): LessonText {
  const html = withFigureLinks(withWordButtons(lessonHtml, savedWords), path)
  return {
    text: fixedText(html),
    hasTerms: html.includes('lesson-term'),
    savesWords: html.includes('form="save-word"'),
  }
}

/** A word is saved where it is explained. */
const withWordButtons = (html: string, saved: readonly string[]): string =>
  html.replaceAll(
    /(<a href="\/glossary#([\w-]+)">See it in the glossary<\/a>)(?=<\/p><\/div>)/g,
    (_, link: string, word: string) =>
      saved.includes(word)
        ? `${link} <a href="/my-notes#words">In your words</a>`
        : `${link} <button class="usa-button usa-button--unstyled" type="submit" form="save-word" name="word" value="${word}">Save to your words</button>`,
  )

/** Without a script, a figure's link leads to a page of its own. */
function withFigureLinks(html: string, path: string): string {
  let number = 0
  return html.replaceAll(
    drawing,
    (svg) =>
      `<a class="lesson-figure-link" href="${path}/figures/${++number}">${svg}<span>See it larger</span></a>`,
  )
}

const drawing = /<svg class="lesson-drawing"[\s\S]*?<\/svg>/g

type LessonFigure = Readonly<{ svg: string; title: string; caption: string }>

/** The n-th figure of a lesson, from 1. */
export function figureOf(html: string, number: number): LessonFigure | null {
  const svg = html.match(drawing)?.[number - 1]
  if (!svg) return null
  const after = html.slice(html.indexOf(svg) + svg.length)
  return {
    svg,
    title: /<title[^>]*>([^<]*)<\/title>/.exec(svg)?.[1] ?? '',
    caption: /<figcaption>([\s\S]*?)<\/figcaption>/.exec(after)?.[1] ?? '',
  }
}
