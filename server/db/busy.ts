/** PostgreSQL's codes: a lock, statement or idle-in-transaction timeout, a deadlock, and too many connections. */
const codes = new Set(['55P03', '57014', '25P03', '40P01', '53300'])
/** The pool gives no code when every connection stayed in use. */
const noFreeConnection = 'timeout exceeded when trying to connect'

/** True of an error that says that the database took too long. Nothing was saved, so the request can be sent again. */
export const isDatabaseBusy = (error: Readonly<{ code?: string; message: string }>): boolean =>
  codes.has(error.code ?? '') || error.message === noFreeConnection
