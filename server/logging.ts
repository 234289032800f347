import type { FastifyRequest } from 'fastify'
import pretty from 'pino-pretty'
import type { Config } from './config.ts'

/**
 * How the service logs: each request with its route, and never what someone typed or an address holds. Addresses hold
 * secrets, names and answers, however their slashes and letters are written, so no address is logged at all.
 */
export function logger({ logLevel, logPretty }: Pick<Config, 'logLevel' | 'logPretty'>) {
  const serializers = { req: loggedRequest, err: loggedError }
  if (process.stdout.isTTY || logPretty)
    return {
      level: logLevel,
      serializers,
      stream: pretty({ colorize: true, ignore: 'pid,hostname' }),
    }
  // Machine and process are in no line: who collects the log knows them, and a day of it has to fit.
  return { level: logLevel, serializers, base: null }
}

const loggedRequest = ({ method, routeOptions }: Pick<FastifyRequest, 'method' | 'routeOptions'>) => ({
  method,
  /** Null for an address that doesn't exist. */
  route: routeOptions.url ?? null,
})

type Thrown = Error & Readonly<{ code?: string; table?: string; constraint?: string; severity?: string }>

type LoggedError = { type: string; message: string; stack: string; [key: string]: unknown }

/** What went wrong and where. The database's details and a mail server's answers name people, so they are left out. */
function loggedError(error: Thrown): LoggedError {
  const { name, code, table, constraint, cause, severity } = error
  // 22: the database repeats a value that it couldn't read.
  const isValueQuoted = severity !== undefined && code?.startsWith('22')
  const without = (text = '') =>
    (isValueQuoted ? text.replace(/"[^"]*"/g, '"…"') : text).replace(/[^\s<>"'@]+@[^\s<>"'@]+/g, '…@…')
  return {
    type: name,
    message: without(error.message),
    stack: without(error.stack),
    ...(code ? { code } : {}),
    ...(table ? { table } : {}),
    ...(constraint ? { constraint } : {}),
    ...(cause instanceof Error ? { cause: loggedError(cause) } : {}),
  }
}
