/** A lesson's HTML for its learner: words can be saved, and figures open large. */
export const withOwnParts = (html: string, path: string, words: readonly string[]): string =>
  withFigureLinks(withWordButtons(html, words), path)

/** A word is saved where it is explained. The buttons belong to one form at the end of the lesson. */
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

export type LessonFigure = Readonly<{ svg: string; title: string; caption: string }>

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
