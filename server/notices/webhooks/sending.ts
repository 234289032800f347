import { lookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

const mostMilliseconds = 15_000
const mostAnswer = 300

export type Answer = Readonly<{ isAccepted: boolean; says: string }>

/**
 * Posts a body and returns what the receiver answered. Redirects are not followed. Unless private addresses are allowed,
 * the address is checked as it is connected to, so that a name can't be resolved to another one in between.
 */
export function post(
  address: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  allowsPrivate: boolean,
): Promise<Answer> {
  const url = new URL(address)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!allowsPrivate && isIP(host) && !isPublicAddress(host)) return Promise.resolve(refused)
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve) => {
    const give = (says: string) => resolve({ isAccepted: false, says: says.slice(0, mostAnswer) })
    const sent = request(
      url,
      {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
        agent: false,
        signal: AbortSignal.timeout(mostMilliseconds),
        ...(allowsPrivate ? {} : { lookup: publicOnly }),
      },
      (answer) => {
        const { statusCode = 0, statusMessage = '' } = answer
        answer.resume()
        resolve({
          isAccepted: statusCode >= 200 && statusCode < 300,
          says: `${statusCode} ${statusMessage}`.trim().slice(0, mostAnswer),
        })
      },
    )
    sent.on('error', (error: NodeJS.ErrnoException) =>
      give(
        error.code === notPublicCode
          ? refused.says
          : error.name === 'TimeoutError'
            ? 'No answer in time'
            : error.message,
      ),
    )
    sent.end(body)
  })
}

const notPublicCode = 'NOT_PUBLIC'
const refused: Answer = { isAccepted: false, says: 'The address is private, so nothing was sent' }

/** Looks a name up, and refuses it where one of its addresses is not public. */
export const publicOnly: LookupFunction = (host, options, done) =>
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, [])
    const wrong = addresses.some(({ address }) => !isPublicAddress(address))
    if (wrong) return done(Object.assign(new Error('private'), { code: notPublicCode }), [])
    const [first] = addresses
    return options.all ? done(null, addresses) : done(null, first!.address, first!.family)
  })
