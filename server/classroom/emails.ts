import type { Mail, Message } from '#server/lib/mail.ts'

// Neutral, without the name of the training or the program: others may see the email.
const compose = (to: string, subject: string, says: string, address: string): Message => ({
  to,
  subject,
  text: `${says}\n\n${address}\n\nYou are getting this email because you have an account with this address. You don’t need to reply.\n`,
})

export const placeOpened = (to: string, address: string): Message =>
  compose(
    to,
    'You have a place',
    'A place opened up, and you are off the waiting list. See when and where:',
    address,
  )

export const sessionChanged = (to: string, address: string): Message =>
  compose(
    to,
    'A session has changed',
    'The session you registered for has changed. See the changes:',
    address,
  )

export const sessionCancelled = (to: string, address: string): Message =>
  compose(
    to,
    'A session has been canceled',
    'The session you registered for has been canceled. See why:',
    address,
  )

export const requestMoved = (to: string, address: string): Message =>
  compose(to, 'Your request has been updated', 'Your request has been updated. See it here:', address)

export const requestArrived = (to: string, address: string): Message =>
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
    send(messages: readonly Message[]): void {
      if (!mail) return
      for (const message of messages) {
        const sending: Promise<unknown> = mail(message)
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
