import path from 'node:path'
import type { Message } from '#server/lib/mail.ts'
import { createTemplates } from '#server/web/templates.ts'
import type { Wording } from './wording.ts'

type EmailParts = Readonly<{
  noticeId: string
  to: Readonly<{ name: string; email: string }>
  words: Wording
  /** Where the button leads. */
  address: string
  baseUrl: string
  isDiscreet: boolean
  /** Null where the law's clock or the account needs this email. */
  unsubscribeAddress: string | null
  look: EmailLook
}>

/** What an installation's email looks like, where it isn't discreet. */
export type EmailLook = Readonly<{
  /** The color of the button; null for the product's own. */
  color: string | null
  /** "Questions? Training office, training@lakes.example" */
  contact: string | null
}>

/** An email's link leads to what to do by way of this address: the page's own may name a course. */
export const noticeAddress = (baseUrl: string, noticeId: string): string => `${baseUrl}/notices/${noticeId}`

const templates = createTemplates({
  folder: path.resolve(import.meta.dirname, '../../views'),
  cache: true,
  whenMissing: (error) => {
    throw error
  },
})

/** Text and HTML of one email, from the same lines. */
export function emailMessage(parts: EmailParts): Message {
  const { to, words, address, isDiscreet, unsubscribeAddress, baseUrl, look } = parts
  const lines = isDiscreet ? ['There is a message for you. Sign in to read it.'] : words.email
  const subject = isDiscreet ? 'A message for you' : words.subject
  const label = isDiscreet ? 'Sign in' : words.action.label
  const sender = isDiscreet ? 'Messages' : 'Training reminders'
  const host = new URL(baseUrl).hostname
  const contact = isDiscreet ? null : look.contact
  const closing = 'We leave details out of email on purpose. You see them after you sign in.'
  return {
    to: to.email,
    fromName: sender,
    subject,
    messageId: `<notice.${parts.noticeId}@${host}>`,
    text: [
      `Hello ${to.name},`,
      ...lines.map((line) => line.replaceAll('**', '')),
      `${label}: ${address}`,
      closing,
      ...(contact ? [contact] : []),
      unsubscribeAddress
        ? `Stop optional email: ${unsubscribeAddress}`
        : `Change when you get email: ${baseUrl}/notices/preferences`,
    ].join('\n\n'),
    html: templates.render('notices/email', {
      subject,
      name: to.name,
      // Pairs of asterisks mark what is strong.
      lines: lines.map((line) => line.split('**')),
      label,
      address,
      closing,
      contact,
      color: (isDiscreet ? null : look.color) ?? '#0b3a5b',
      unsubscribeAddress,
      preferences: `${baseUrl}/notices/preferences`,
    }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(unsubscribeAddress
        ? {
            'List-Unsubscribe': `<${unsubscribeAddress}>`,
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          }
        : {}),
    },
  }
}
