import type { Mail, Message } from '#server/lib/mail.ts'

/** A message; to null where the person has no email: they see the same on their pages. */
export type Letter = Omit<Message, 'to'> & Readonly<{ to: string | null }>

// Neutral, and without the training's or the program's name: a message may be seen by others.
const letter = (to: string | null, subject: string, says: string, address: string): Letter => ({
  to,
  subject,
  text: `${says}\n\n${address}\n\nYou get this because you registered with this email. There is no need to answer.\n`,
})

export const placeOpened = (to: string | null, address: string): Letter =>
  letter(
    to,
    'A place for you',
    'You were waiting for a place, and now you have one. See when and where:',
    address,
  )

export const sessionChanged = (to: string | null, address: string): Letter =>
  letter(to, 'Something has changed', 'What you registered for has changed. See what is new:', address)

export const sessionCancelled = (to: string | null, address: string): Letter =>
  letter(to, 'Something has been cancelled', 'What you registered for does not take place. See why:', address)

export const requestMoved = (to: string | null, address: string): Letter =>
  letter(to, 'About your request', 'There is news about your request. See it here:', address)

export const requestArrived = (to: string | null, address: string): Letter =>
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
    send(messages: readonly Letter[]): void {
      if (!mail) return
      for (const { to, ...message } of messages) {
        if (!to) continue
        const sending: Promise<unknown> = mail({ ...message, to })
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
