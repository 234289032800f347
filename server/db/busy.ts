/** PostgreSQL's codes for lock, statement and idle-in-transaction timeouts, deadlocks and too many connections. */
const codes = new Set(['55P03', '57014', '25P03', '40P01', '53300'])
/** The pool's error has no code when every connection is in use. */
const noFreeConnection = 'timeout exceeded when trying to connect'

/** True if the database took too long. Nothing was saved, so the request can be sent again. */
export const isDatabaseBusy = (error: Readonly<{ code?: string; message: string }>): boolean =>
  codes.has(error.code ?? '') || error.message === noFreeConnection

/** True if the database's disk is full. Nothing was saved, and reading still works. */
export const isDiskFull = ({ code }: Readonly<{ code?: string }>): boolean => code === '53100'
