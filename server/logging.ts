import pretty from 'pino-pretty'
import type { Config } from './config.ts'

/** Addresses that hold a secret, however their slashes and letters are written. */
const secretPart =
  /^\/+(link|record|email|setup|verify|packets|shared-packets|join|api\/+certificates|notices\/+unsubscribe|calendar\/+feeds)\/+[^?]*/i

/** How the service logs: each request with its route, and never a secret. */
export function logger({ logLevel, logPretty }: Pick<Config, 'logLevel' | 'logPretty'>) {
  const redact = ['req.headers.cookie', 'req.headers.authorization']
  // Addresses can contain the secret of a link or a certificate. Log the route, not the secret.
  const serializers = {
    req: (request: { method: string; url: string; ip: string }) => ({
      method: request.method,
      url: request.url.replace(secretPart, '/$1/…').replace(/\?.*$/, '?…'),
    }),
  }
  if (process.stdout.isTTY || logPretty)
    return {
      level: logLevel,
      redact,
      serializers,
      stream: pretty({ colorize: true, ignore: 'pid,hostname' }),
    }
  return { level: logLevel, redact, serializers }
}
