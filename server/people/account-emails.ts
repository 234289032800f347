/** A message as `Mail` sends it. Neutral, and without a program's name: others may see it. */
export type AccountEmail = Readonly<{ to: string; subject: string; text: string }>

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
  const subject = 'Your email for work training'
  const link = `You asked to use this email for your work training account.\n\nOpen this address within two days to confirm it:\n${baseUrl}/email/${token}\n\nIf you did not ask for this, you can ignore this message.\n`
  const taken =
    'Someone asked to use this email for another work training account. It already has an account, so nothing has changed.\n'
  const warning = `Someone asked to replace this email of your work training account with another one. It changes when the new email is confirmed.\n\nIf this was not you, sign in and change your password, or tell your administrator now.\n`
  return [
    { to, subject, text: isTaken ? taken : link },
    ...(from ? [{ to: from, subject, text: warning }] : []),
  ]
}

/** Both addresses hear that the change was made. */
export function emailChanged({
  from,
  to,
}: Readonly<{ from: string | null; to: string }>): readonly AccountEmail[] {
  const subject = 'Your email for work training has changed'
  const now = 'You now sign in to your work training with this email.\n'
  const before =
    'Your work training account no longer uses this email.\n\nIf you did not ask for this, tell your administrator now.\n'
  return [{ to, subject, text: now }, ...(from ? [{ to: from, subject, text: before }] : [])]
}

/** The owner of an account hears that its password, or how it signs in, changed. */
export const signInChanged = (to: string, what: string): AccountEmail => ({
  to,
  subject: 'A change to your work training account',
  text: `${what}\n\nIf this was not you, set a new password with “I forgot my password”, and tell your administrator.\n`,
})

export const resetLink = (to: string, address: string): AccountEmail => ({
  to,
  subject: 'Set a new password',
  text: `Someone asked to set a new password for this email.\n\nOpen this address within a day:\n${address}\n\nThe link works once. If you did not ask for it, nothing has changed, and you can ignore this message.\n`,
})
