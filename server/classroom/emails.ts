import type { Mail, Message } from '#server/lib/mail.ts'

// Neutral, and without the training's or the program's name: a message may be seen by others.
const letter = (to: string, subject: string, says: string, address: string): Message => ({
  to,
  subject,
  text: `${says}\n\n${address}\n\nYou get this because you registered with this email. There is no need to answer.\n`,
})

export const placeOpened = (to: string, address: string): Message =>
  letter(
    to,
    'A place for you',
    'You were waiting for a place, and now you have one. See when and where:',
    address,
  )

export const sessionChanged = (to: string, address: string): Message =>
  letter(to, 'Something has changed', 'What you registered for has changed. See what is new:', address)

export const sessionCancelled = (to: string, address: string): Message =>
  letter(to, 'Something has been cancelled', 'What you registered for does not take place. See why:', address)

export const requestMoved = (to: string, address: string): Message =>
  letter(to, 'About your request', 'There is news about your request. See it here:', address)

export const requestArrived = (to: string, address: string): Message =>
  letter(
    to,
    'A request waits for you',
    'Somebody asks for something that an administrator decides. See it here:',
    address,
  )

/** Sends messages after what they tell is committed; one that the mail server does not take stops nothing. */
export function createPost(mail: Mail, log: Readonly<{ error: (problem: unknown) => void }>) {
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
    /** Waits for what is being sent, as when the service stops. */
    async done(): Promise<void> {
      await Promise.allSettled(underWay)
    },
  }
}

export type Post = ReturnType<typeof createPost>
