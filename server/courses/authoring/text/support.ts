import type { FactRegister, SupportLine } from '#server/courses/catalogue/course-parts.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import { telephone } from './markdown.ts'

const lines: readonly { name: string; call?: string; text?: string }[] = [
  { name: 'Immediate danger', call: 'emergency' },
  { name: 'Suicide & Crisis Lifeline', call: 'lifeline' },
  { name: 'Day One Minnesota', call: 'day_one_phone', text: 'day_one_text' },
  { name: 'StrongHearts Native Helpline', call: 'stronghearts_phone' },
  { name: 'The Trevor Project', call: 'trevor_phone' },
  { name: 'National Center for Missing and Exploited Children', call: 'ncmec_phone' },
  { name: 'National Human Trafficking Hotline', call: 'hotline_phone', text: 'hotline_text' },
  { name: 'National Runaway Safeline', call: 'safeline_phone' },
  { name: 'Crisis Text Line', text: 'crisis_text' },
]

/**
 * The support lines from the register. Frozen versions use the current register too: an outdated number must not stay
 * on any page.
 */
export function supportLines(register: FactRegister): SupportLine[] {
  return lines.flatMap(({ name, call, text }) => {
    const phone = register.values.get(call ?? '')
    const message = register.values.get(text ?? '')
    const about = (phone ?? message)?.about
    if (about === undefined) return []
    return [
      {
        name,
        about: withoutName(about, name),
        ...(phone && { phone: phone.text }),
        ...(message && { text: textMessage(message.text) }),
      },
    ]
  })
}

/** The register's description without the name: "Crisis line, 24 hours." Empty if it only repeats the name. */
function withoutName(about: string, name: string): string {
  if (!about.startsWith(name)) return about
  const rest = about.slice(name.length).replace(/^[\s:,]+/, '')
  return rest.charAt(0).toUpperCase() + rest.slice(1)
}

/** The register has either just a number or a full instruction, "text MN to 741741". */
function textMessage(words: string) {
  const numbers = words.match(/\d[\d-]*\d/g) ?? []
  return { to: numbers.at(-1) ?? '', words: /^[\d-]+$/.test(words) ? `text ${words}` : words }
}

export function supportHtml(support: readonly SupportLine[]): string {
  const items = support.map(({ name, phone, text }) => {
    const ways = [
      phone === undefined ? [] : [`<a href="${telephone(phone)}">${escapeHtml(phone)}</a>`],
      text === undefined
        ? []
        : [`<a href="sms:${text.to.replaceAll('-', '')}">${escapeHtml(text.words)}</a>`],
    ].flat()
    return `<li><span class="support-line-name">${escapeHtml(name)}</span> <span class="support-line-ways">${ways.join(' or ')}</span></li>`
  })
  return `<ul class="support-lines">\n${items.join('\n')}\n</ul>\n`
}
