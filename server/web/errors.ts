import createError from '@fastify/error'

/** Not there, or not yours: the two look alike. */
export const NotFound = createError('NOT_FOUND', 'This page is not here.', 404)
export const Forbidden = createError('FORBIDDEN', 'This request did not come from our own pages.', 403)
export const ReadOnly = createError(
  'READ_ONLY',
  'This is a public demonstration. With this role you can look at everything, and change nothing.',
  403,
)
export const Unreadable = createError('UNREADABLE', 'This request holds what no form sends: %s.', 400)
export const TooMany = createError('TOO_MANY', 'Too many tries. %s', 429)
export const Busy = createError(
  'BUSY',
  'Many people are signing in at this moment. Try again in a minute.',
  503,
)
export const Stopping = createError('STOPPING', 'The service is stopping.', 503)

export const DatabaseBusy = createError('DATABASE_BUSY', 'The service is busy. Try again in a moment.', 503)

export const notFound = (): never => {
  throw new NotFound()
}

/** What an action did not find, or what isn't the viewer's, is a page that is not here. */
export function found<T extends Readonly<{ kind: string }>>(answer: T): Exclude<T, { kind: 'not-found' }> {
  return answer.kind === 'not-found' ? notFound() : (answer as Exclude<T, { kind: 'not-found' }>)
}

export const forbidden = () => new Forbidden()
