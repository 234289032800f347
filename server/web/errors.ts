import createError from '@fastify/error'

/** Missing and not allowed get the same response, so that it doesn't reveal what exists. */
export const NotFound = createError('NOT_FOUND', 'We can’t find that page.', 404)
export const Gone = createError(
  'GONE',
  'This certificate was revoked or replaced. Ask its holder for the current one.',
  410,
)
const Forbidden = createError('FORBIDDEN', 'This request did not come from one of our pages.', 403)
export const ReadOnly = createError(
  'READ_ONLY',
  'This is a public demonstration. With this role you can look at everything, but you can’t change anything.',
  403,
)
export const SharedAccount = createError(
  'SHARED_ACCOUNT',
  'This is a public demonstration, and other people use this account too. So no one can change its password, email, sessions or settings here.',
  403,
)
export const Unreadable = createError(
  'UNREADABLE',
  'This request contains something that no form sends: %s.',
  400,
)
export const RefusedFile = createError('REFUSED_FILE', '%s', 422)
export const NoFormKey = createError(
  'NO_FORM_KEY',
  'This form came without its key, so nothing was saved. Open the page again and send the form from there.',
  400,
)
export const AlreadySent = createError(
  'ALREADY_SENT',
  'This form was sent before, and what it did is saved. Open the page again to see the result.',
  409,
)
export const TooManyRequests = createError('TOO_MANY_REQUESTS', 'Try again in %s seconds.', 429)
export const Busy = createError('BUSY', 'The service is very busy right now. Try again in a minute.', 503)
export const Stopping = createError('STOPPING', 'The service is stopping.', 503)

export const DatabaseBusy = createError('DATABASE_BUSY', 'The service is busy. Try again in a moment.', 503)

export const notFound = (): never => {
  throw new NotFound()
}

/** Turns an action's "not found", which includes records of others, into a 404. */
export function found<T extends Readonly<{ kind: string }>>(answer: T): Exclude<T, { kind: 'not-found' }> {
  return answer.kind === 'not-found' ? notFound() : (answer as Exclude<T, { kind: 'not-found' }>)
}

export const forbidden = () => new Forbidden()
