/** What a lost or refused connection is called: by the operating system, by PostgreSQL, and by pg, which gives no code. */
const codes =
  /^(ECONN(REFUSED|RESET|ABORTED)|E(PIPE|TIMEDOUT|HOSTUNREACH|NOTFOUND|AI_AGAIN)|08...|57P0[1-3]|53300)$/
const messages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

/** True of an error that says that the database can't be reached, and nothing of what was asked of it. */
export const isDatabaseAway = (error: Readonly<{ code?: string; message: string }>): boolean =>
  codes.test(error.code ?? '') || messages.test(error.message)
