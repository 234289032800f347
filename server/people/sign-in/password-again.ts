import type { FastifyRequest } from 'fastify'
import type { Database } from '#server/db/connection.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { sessionToken, viewerOf } from '#server/people/viewer.ts'
import type { FieldError } from '#server/web/views.ts'
import { confirmationErrors, isFreshlyConfirmed } from './confirmation.ts'
import { confirmPassword } from './sign-in.actions.ts'

type Needs = Readonly<{
  db: Database
  sessions: Sessions
  clock: () => Date
  config: Readonly<{ https: boolean }>
}>

type PasswordAgain = Readonly<{
  /** Whether the form has a field for the password. */
  isAsked: (request: FastifyRequest) => boolean
  /** What is wrong with the password; nothing where it isn't asked. */
  errors: (request: FastifyRequest, password: string | undefined) => Promise<readonly FieldError[]>
}>

/** The password again before a change of weight, unless it was given in the last minutes. */
export function passwordAgain({ db, sessions, clock, config }: Needs): PasswordAgain {
  const isAsked = (request: FastifyRequest) => !isFreshlyConfirmed(viewerOf(request).confirmed_at, clock())
  return {
    isAsked,
    errors: async (request, password) => {
      if (!isAsked(request)) return []
      if (!password) return confirmationErrors({ kind: 'missing' })
      const given = { token: sessionToken(request, config.https) ?? '', password, address: request.ip }
      return confirmationErrors(await confirmPassword(db, sessions, viewerOf(request), given, clock()))
    },
  }
}
