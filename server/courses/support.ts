import { escapeHtml } from './escape.ts'
import type { FactRegister } from './facts.ts'
import { telephone } from './markdown.ts'

/** A line that someone can call or write to, for a young person and for whoever works with them. */
export type SupportLine = {
  readonly name: string
  readonly ways: readonly { readonly text: string; readonly href: string | undefined }[]
  readonly about: string
}

const lines: readonly { name: string; call?: string; text?: string; say?: string }[] = [
  { name: 'Immediate danger', call: 'emergency' },
  { name: 'Suicide & Crisis Lifeline', call: 'lifeline' },
  { name: 'Day One Minnesota', call: 'day_one_phone', text: 'day_one_text' },
  { name: 'National Center for Missing and Exploited Children', call: 'ncmec_phone' },
  { name: 'National Human Trafficking Hotline', call: 'hotline_phone', text: 'hotline_text' },
  { name: 'National Runaway Safeline', call: 'safeline_phone' },
  { name: 'Crisis Text Line', say: 'crisis_text' },
]

/**
 * The support lines of the register. Always from the register in use, in frozen versions too: a number that has
 * changed must not stay on any page.
 */
export function supportLines(register: FactRegister): SupportLine[] {
  return lines.flatMap(({ name, call, text, say }) => {
    const first = register.values.get(call ?? say ?? '')
    if (!first) return []
    const byText = text === undefined ? undefined : register.values.get(text)
    const ways = [
      call === undefined
        ? { text: first.text, href: undefined }
        : { text: first.text, href: telephone(first.text) },
      ...(byText ? [{ text: `text ${byText.text}`, href: `sms:${byText.text.replaceAll('-', '')}` }] : []),
    ]
    return [{ name, ways, about: first.about }]
  })
}

export function supportHtml(support: readonly SupportLine[]): string {
  const items = support.map(({ name, ways }) => {
    const shown = ways.map(({ text, href }) =>
      href === undefined ? escapeHtml(text) : `<a href="${href}">${escapeHtml(text)}</a>`,
    )
    return `<li><span class="lesson-support-name">${escapeHtml(name)}</span> ${shown.join(' or ')}</li>`
  })
  return `<ul class="lesson-support-lines">\n${items.join('\n')}\n</ul>\n`
}
