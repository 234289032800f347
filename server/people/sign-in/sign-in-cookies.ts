import type { FastifyReply, FastifyRequest } from 'fastify'
import { sessionCookie } from '#server/people/viewer.ts'
import { deviceName } from './device-name.ts'
import type { SignedIn, Visit } from './sign-in.actions.ts'

type CookieConfig = Readonly<{ https: boolean; sessionHours: number }>

const options = (https: boolean) => ({ path: '/', httpOnly: true, sameSite: 'lax', secure: https }) as const
const nameOf = (name: 'device' | 'step', https: boolean) => (https ? `__Host-${name}` : name)

const deviceDays = 180

/** Whose form arrives after a session’s end is known for this long. The token opens nothing by then. */
const hoursAfterTheEnd = 1

/** Where a sign-in comes from, as the request says. */
export function visitOf(request: FastifyRequest, { https }: CookieConfig): Visit {
  const token = request.cookies[nameOf('device', https)]
  return {
    address: request.ip,
    device: deviceName(request.headers['user-agent']),
    deviceToken: token && /^[A-Za-z0-9_-]{27}$/.test(token) ? token : undefined,
  }
}

/** The session's cookie, and the one by which this device is known the next time. */
export function keepSignIn(reply: FastifyReply, signedIn: SignedIn, config: CookieConfig): void {
  const { https, sessionHours } = config
  reply.setCookie(sessionCookie(https), signedIn.token, {
    ...options(https),
    maxAge: (sessionHours + hoursAfterTheEnd) * 3600,
  })
  reply.setCookie(nameOf('device', https), signedIn.deviceToken, {
    ...options(https),
    maxAge: deviceDays * 86_400,
  })
  reply.clearCookie(nameOf('step', https), options(https))
}

/** What the browser must answer next: a second factor, or a passkey's challenge. */
export function keepStep(reply: FastifyReply, token: string, { https }: CookieConfig): void {
  reply.setCookie(nameOf('step', https), token, { ...options(https), maxAge: 600 })
}

export const stepOf = (request: FastifyRequest, { https }: CookieConfig): string =>
  request.cookies[nameOf('step', https)] ?? ''

export function endSession(reply: FastifyReply, { https }: CookieConfig): void {
  reply.clearCookie(sessionCookie(https), options(https))
}
