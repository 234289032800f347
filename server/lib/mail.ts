import nodemailer from 'nodemailer'

export type Message = Readonly<{ to: string; subject: string; text: string }>

/** Sends an email. Null if no mail server is set up; then links are shown on screen to be printed. */
export type Mail = ((message: Message) => Promise<void>) | null

/** Sends plain text email through the server at `smtpUrl`, from one address. */
export function createMail(smtpUrl: string | undefined, from: string): Mail {
  if (!smtpUrl) return null
  const transport = nodemailer.createTransport(smtpUrl)
  return async (message) => {
    await transport.sendMail({ from, ...message })
  }
}
