import createError from '@fastify/error'

/** A request that waited for the database in vain. Nothing of it was saved, so it can be sent again. */
export const DatabaseBusy = createError('DATABASE_BUSY', 'The service is busy. Try again in a moment.', 503)

/** PostgreSQL's codes: a lock, statement or idle-in-transaction timeout, a deadlock, and too many connections. */
const codes = new Set(['55P03', '57014', '25P03', '40P01', '53300'])
/** The pool gives no code where every connection stayed in use. */
const noFreeConnection = 'timeout exceeded when trying to connect'

/** The error as a "busy" one where the database took too long; any other error as it is. */
export const asBusy = <Failure extends Readonly<{ code?: string; message: string }>>(error: Failure) =>
  codes.has(error.code ?? '') || error.message === noFreeConnection ? new DatabaseBusy() : error
