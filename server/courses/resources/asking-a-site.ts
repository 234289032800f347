import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import { isPublicAddress } from '#server/notices/webhooks/public-address.ts'
import { publicOnly } from '#server/notices/webhooks/sending.ts'
import type { LinkAnswer } from './link-verdict.ts'

const mostMilliseconds = 15_000
const mostHops = 4

type Asking = Readonly<{
  /** Whether loopback and private addresses may be asked, as in tests. */
  allowsPrivate: boolean
  /** How we name ourselves. */
  agent: string
  signal: AbortSignal
}>

/** Asks for a page's head as a browser would, and reads nothing of its body. */
export async function askSite(url: string, asking: Asking): Promise<LinkAnswer> {
  let address = url
  let isMovedForGood = true
  for (let hop = 0; hop <= mostHops; hop += 1) {
    const answer = await headOrGet(address, asking)
    if ('error' in answer) return answer
    const { status, location } = answer
    if (status < 300 || status >= 400 || !location)
      return { status, movedTo: address !== url && isMovedForGood ? address : null }
    if (status !== 301 && status !== 308) isMovedForGood = false
    const next = URL.parse(location, address)
    if (!next || !/^https?:$/.test(next.protocol)) return { error: 'It leads to an address we can’t read' }
    address = next.href
  }
  return { error: 'It leads from page to page without an end' }
}

type Head = Readonly<{ status: number; location: string | undefined }> | Readonly<{ error: string }>

async function headOrGet(address: string, asking: Asking): Promise<Head> {
  const head = await ask('HEAD', address, asking)
  // Some servers know no HEAD, or refuse it.
  return 'status' in head && head.status >= 400 ? ask('GET', address, asking) : head
}

function ask(method: 'HEAD' | 'GET', address: string, asking: Asking): Promise<Head> {
  const url = URL.parse(address)
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? ''
  if (!url || (!asking.allowsPrivate && isIP(host) && !isPublicAddress(host)))
    return Promise.resolve({ error: 'The address is private' })
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve) => {
    const sent = request(
      url,
      {
        method,
        headers: { 'user-agent': asking.agent, accept: 'text/html,*/*' },
        agent: false,
        signal: AbortSignal.any([asking.signal, AbortSignal.timeout(mostMilliseconds)]),
        ...(asking.allowsPrivate ? {} : { lookup: publicOnly }),
      },
      ({ statusCode = 0, headers }) => {
        resolve({ status: statusCode, location: headers.location })
        sent.destroy()
      },
    )
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ error: error.name === 'TimeoutError' ? 'No answer in time' : error.message.slice(0, 200) }),
    )
    sent.end()
  })
}
