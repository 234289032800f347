import type { Kind } from './wording.ts'

/** Notices about instructor-led sessions and scholarship requests. */
export type SessionFacts = Readonly<{
  'place-opened': { session_id: string }
  'session-changed': { session_id: string }
  'session-canceled': { session_id: string }
  'request-answered': { request_id: string }
  'request-arrived': { request_id: string }
}>

export const sessionKinds: { [K in keyof SessionFacts]: Kind<SessionFacts[K]> } = {
  'place-opened': {
    isOptional: false,
    isUrgent: true,
    words: ({ session_id }) => ({
      subject: 'A place for you',
      email: ['You were on a waiting list, and now you have a place. See when and where.'],
      inbox: 'A place opened in a session you were waiting for, and it is yours.',
      action: { label: 'See the session', path: `/sessions/${session_id}` },
    }),
  },
  'session-changed': {
    isOptional: false,
    words: ({ session_id }) => ({
      subject: 'Something has changed',
      email: ['The session you registered for has changed. See what is new.'],
      inbox: 'A session you registered for has changed.',
      action: { label: 'See the session', path: `/sessions/${session_id}` },
    }),
  },
  'session-canceled': {
    isOptional: false,
    isUrgent: true,
    words: ({ session_id }) => ({
      subject: 'A cancellation',
      email: ['The session you registered for has been canceled. See why.'],
      inbox: 'A session you registered for has been canceled.',
      action: { label: 'See the session', path: `/sessions/${session_id}` },
    }),
  },
  'request-answered': {
    isOptional: true,
    words: ({ request_id }) => ({
      subject: 'About your request',
      email: ['There is news about a request you follow.'],
      inbox: 'There is news about a scholarship request.',
      action: { label: 'See the request', path: `/scholarships/${request_id}` },
    }),
  },
  'request-arrived': {
    isOptional: true,
    words: ({ request_id }) => ({
      subject: 'A request to decide',
      email: ['Someone sent a request that an administrator decides.'],
      inbox: 'Someone asks for a scholarship.',
      action: { label: 'See the request', path: `/scholarships/${request_id}` },
    }),
  },
}
