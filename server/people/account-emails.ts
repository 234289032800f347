import type { Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { dayOf, formatDay } from '#server/lib/days.ts'

/** A message about an account. Neutral, without the name of the product or a program: others may see it. */
type AccountEmail = Readonly<{
  to: string
  subject: string
  text: string
  /** Whose account it is, if they have one: their administrators learn of an address that refuses mail. */
  personId?: string
  /** How many days the link in it is good for. */
  days?: number
  /** Of emails with the same cause, one is sent. */
  cause?: string
}>

/** Queues an email in the transaction that causes it. Null where no mail server is set up. */
export type AccountMail = ((trx: Transaction<DB>, email: AccountEmail) => Promise<void>) | null

/** What goes out when a new email is asked for: the link to the new address, a warning to the one before. */
export function emailChangeAsked(
  {
    token,
    from,
    to,
    isTaken,
  }: Readonly<{ token: string; from: string | null; to: string; isTaken: boolean }>,
  baseUrl: string,
): readonly AccountEmail[] {
  const subject = 'Confirm your email'
  const link = `You asked to use this email for your account at work.\n\nOpen this address within two days to confirm it:\n${baseUrl}/email/${token}\n\nIf you did not ask for this, you can ignore this message.\n`
  const taken =
    'Someone asked to use this email for another account at work. It already has an account, so nothing has changed.\n'
  const warning = `Someone asked to replace this email of your account at work with another one. It changes when the new email is confirmed.\n\nIf this was not you, sign in and change your password, or tell your administrator now.\n`
  return [
    { to, subject, text: isTaken ? taken : link, days: 2 },
    ...(from ? [{ to: from, subject: 'A change to your account', text: warning }] : []),
  ]
}

/** Both addresses hear that the change was made. */
export function emailChanged({
  from,
  to,
}: Readonly<{ from: string | null; to: string }>): readonly AccountEmail[] {
  const subject = 'Your email has changed'
  const now = 'You now sign in to your account at work with this email.\n'
  const before =
    'Your account at work no longer uses this email.\n\nIf you did not ask for this, tell your administrator now.\n'
  return [{ to, subject, text: now }, ...(from ? [{ to: from, subject, text: before }] : [])]
}

/** The owner of an account gets an email that its password, or another way to sign in, changed. */
export async function tellOfSignIn(
  trx: Transaction<DB>,
  mail: AccountMail,
  { id, email }: Readonly<{ id: string; email: string | null }>,
  what: string,
): Promise<void> {
  if (mail && email)
    await mail(trx, {
      to: email,
      personId: id,
      subject: 'A change to your account',
      text: `${what}\n\nIf this was not you, set a new password with “I forgot my password”, and tell your administrator.\n`,
    })
}

/** To the email of an account that was merged: it still leads to the person. */
export const accountsMerged = (to: string, personId: string, until: Date): AccountEmail => ({
  to,
  personId,
  subject: 'Your accounts are one now',
  text: `You had two accounts at work, and they were merged. Nothing was lost. You can still sign in with this email; use the password of your other account.\n\nIf the two accounts aren’t both yours, tell your administrator by ${formatDay(dayOf(until))}: until then the merge can be reversed.\n`,
})

export const resetLink = (to: string, address: string): AccountEmail => ({
  to,
  days: 1,
  subject: 'Set a new password',
  text: `Someone asked to set a new password for this email.\n\nOpen this address within a day:\n${address}\n\nThe link works once. If you did not ask for it, nothing has changed, and you can ignore this message.\n`,
})

/** An invitation, or a new password for someone who has one. */
export const passwordLink = (to: string, address: string, days: number): AccountEmail => ({
  to,
  days,
  subject: 'Set your password',
  text: `You have an account at work that needs a password.\n\nOpen this link within ${days === 1 ? 'a day' : `${days} days`} and choose a password:\n${address}\n\nThe link works once. If you did not expect this email, you can ignore it.\n`,
})
