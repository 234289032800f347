import nodemailer from 'nodemailer'

export type Message = Readonly<{ to: string; subject: string; text: string }>

/** Sends a message; null where no mail server is set up, and links are shown to be printed instead. */
export type Mail = ((message: Message) => Promise<void>) | null

/** Mail through the server at `smtpUrl`, as plain text, from one address. */
export function createMail(smtpUrl: string | undefined, from: string): Mail {
  if (!smtpUrl) return null
  const transport = nodemailer.createTransport(smtpUrl)
  return async (message) => {
    await transport.sendMail({ from, ...message })
  }
}
