import type { Mail, Message } from '#server/lib/mail.ts'

/** An email; to null where the person has no address: they see the same on their pages. */
export type Email = Omit<Message, 'to'> & Readonly<{ to: string | null }>

// Neutral, without the name of the training or the program: others may see the email.
const compose = (to: string | null, subject: string, says: string, address: string): Email => ({
  to,
  subject,
  text: `${says}\n\n${address}\n\nYou are getting this email because you have an account with this address. You don’t need to reply.\n`,
})

export const placeOpened = (to: string | null, address: string): Email =>
  compose(
    to,
    'You have a place',
    'A place opened up, and you are off the waiting list. See when and where:',
    address,
  )

export const sessionChanged = (to: string | null, address: string): Email =>
  compose(
    to,
    'A session has changed',
    'The session you registered for has changed. See the changes:',
    address,
  )

export const sessionCancelled = (to: string | null, address: string): Email =>
  compose(
    to,
    'A session has been canceled',
    'The session you registered for has been canceled. See why:',
    address,
  )

export const requestMoved = (to: string | null, address: string): Email =>
  compose(to, 'Your request has been updated', 'Your request has been updated. See it here:', address)

export const requestArrived = (to: string | null, address: string): Email =>
  compose(
    to,
    'A new request is waiting',
    'A new request needs an administrator’s decision. See it here:',
    address,
  )

/** Sends emails after the change is committed. A failed email is logged and stops nothing. */
export function createMailer(mail: Mail, log: Readonly<{ error: (problem: unknown) => void }>) {
  const underWay = new Set<Promise<unknown>>()
  return {
    send(messages: readonly Email[]): void {
      if (!mail) return
      for (const { to, ...message } of messages) {
        if (!to) continue
        const sending: Promise<unknown> = mail({ ...message, to })
          .catch((problem) => log.error(problem))
          .finally(() => underWay.delete(sending))
        underWay.add(sending)
      }
    },
    /** Waits for emails being sent. Called when the service stops. */
    async done(): Promise<void> {
      await Promise.allSettled(underWay)
    },
  }
}

export type Mailer = ReturnType<typeof createMailer>
