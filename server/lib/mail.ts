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

/** Sends an email. Null if no mail server is set up; then links are shown on screen to be printed. */
export type Mail = ((message: Message) => Promise<void>) | null

/** Sends email through the server at `smtpUrl`, from one address. It gives up on a server that hangs within half a minute. */
export function createMail(smtpUrl: string | undefined, from: string): Mail {
  if (!smtpUrl) return null
  const address = /<([^>]+)>/.exec(from)?.[1] ?? from
  let transport: ReturnType<typeof openTransport> | undefined
  return async ({ fromName, headers, ...message }) => {
    transport ??= openTransport(smtpUrl)
    await (await transport).sendMail({
      ...message,
      from: fromName ? { name: fromName, address } : from,
      headers: { ...headers },
    })
  }
}

/** The library is loaded with the first email. */
async function openTransport(url: string) {
  const { createTransport } = await import('nodemailer')
  return createTransport({ url, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 })
}

/** What the mail server answered if it refused the recipient for good; null for any other failure, which may pass. */
export function refusedRecipient(error: unknown): string | null {
  const { command, responseCode, response } = error as Partial<
    Record<'command' | 'response', string> & { responseCode: number }
  >
  const isForGood = command === 'RCPT TO' && responseCode !== undefined && responseCode >= 500
  return isForGood ? (response ?? String(responseCode)) : null
}
