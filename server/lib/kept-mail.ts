import type { Mail, Message } from './mail.ts'

/** What this process would have sent, the newest first. */
export const keptMail: Message[] = []

const most = 100

/** In development without a mail server: messages are kept to be looked at, and go nowhere. */
export const keepMail: NonNullable<Mail> = async (message) => {
  keptMail.unshift(message)
  keptMail.splice(most)
}
