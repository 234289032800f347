import { HtmlValidate, StaticConfigLoader } from 'html-validate'

const validator = new HtmlValidate(
  new StaticConfigLoader({
    root: true,
    extends: ['html-validate:recommended'],
    rules: {
      // Not part of the standard: how the source is written.
      'doctype-style': 'off',
      'no-trailing-whitespace': 'off',
      // A title names the person, course or program of the page, in full.
      'long-title': 'off',
      // The stylesheet keeps a phone number on one line, and it is copied with plain hyphens.
      'tel-non-breaking': 'off',
      // Boxes and lines of one group have one name: the form sends each that is checked.
      'form-dup-name': ['error', { shared: ['checkbox', 'radio', 'submit'] }],
    },
  }),
)

/** What html-validate finds in pages, or in emails, by their names. */
export async function htmlProblems(pages: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const problems: string[] = []
  for (const [name, html] of pages) {
    const { results } = await validator.validateString(html)
    for (const { message, ruleId, line, column } of results.flatMap(({ messages }) => messages)) {
      const source = html.split('\n')[line - 1]?.slice(Math.max(0, column - 40), column + 60)
      problems.push(`${name}: ${ruleId}: ${message}: ${source}`)
    }
  }
  return problems
}
