import nodemailer from 'nodemailer'

export type Message = Readonly<{
  to: string
  subject: string
  text: string
  html?: string
  /** The sender's name, where it is not the installation's own. */
  fromName?: string
  /** The same at each retry, so that a mailbox can tell a second copy. */
  messageId?: string
  headers?: Readonly<Record<string, string>>
}>

/** Sends a message; null where no mail server is set up, and links are shown to be printed instead. */
export type Mail = ((message: Message) => Promise<void>) | null

/** Mail through the server at `smtpUrl`, from one address. A server that hangs is given up on within half a minute. */
export function createMail(smtpUrl: string | undefined, from: string): Mail {
  if (!smtpUrl) return null
  const transport = nodemailer.createTransport({
    url: smtpUrl,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  })
  const address = /<([^>]+)>/.exec(from)?.[1] ?? from
  return async ({ fromName, headers, ...message }) => {
    await transport.sendMail({
      ...message,
      from: fromName ? { name: fromName, address } : from,
      headers: { ...headers },
    })
  }
}

/** What the mail server answered if it refused the recipient for good; null for any other failure, which may pass. */
export function refusedRecipient(error: unknown): string | null {
  const { command, responseCode, response } = error as Partial<
    Record<'command' | 'response', string> & { responseCode: number }
  >
  const isForGood = command === 'RCPT TO' && responseCode !== undefined && responseCode >= 500
  return isForGood ? (response ?? String(responseCode)) : null
}
