/** Errors of a lost or refused connection: from the operating system, from PostgreSQL and from pg, which gives no code. */
const codes =
  /^(ECONN(REFUSED|RESET|ABORTED)|E(PIPE|TIMEDOUT|HOSTUNREACH|NOTFOUND|AI_AGAIN)|08...|57P0[1-3]|53300)$/
const messages =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has encountered a connection error|was closed))/

/** True if the error means that the database can't be reached, not that a query failed. */
export const isDatabaseAway = (error: Readonly<{ code?: string; message: string }>): boolean =>
  codes.test(error.code ?? '') || messages.test(error.message)
