import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { forbidden } from './errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * True where no cookie is asked: a mail provider posts for the reader to an address that holds a secret, or a
     * directory provisions accounts with its own token.
     */
    isFromAnywhere?: boolean
  }
}

/** Sets security headers on every response and refuses cross-site requests. */
export const security = fp(
  async (app: FastifyInstance, { baseUrl, https }: { baseUrl: string; https: boolean }) => {
    const headers = await fixedHeaders({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'data:'],
          fontSrc: ["'self'"],
          // Recordings in lessons, and their captions.
          mediaSrc: ["'self'"],
          connectSrc: ["'self'"],
          manifestSrc: ["'self'"],
          workerSrc: ["'self'"],
          formAction: ["'self'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
          // The one policy is at the top of static/scripts/site.js.
          requireTrustedTypesFor: ["'script'"],
          trustedTypes: ['default'],
        },
      },
      hsts: https ? { maxAge: 31_536_000, includeSubDomains: true } : false,
      referrerPolicy: { policy: 'same-origin' },
      crossOriginResourcePolicy: { policy: 'same-origin' },
      crossOriginOpenerPolicy: { policy: 'same-origin' },
    })
    app.addHook('onRequest', (request, reply, done) => {
      reply.headers(headers)
      const { isFromAnywhere } = request.routeOptions.config
      if (!isSafe(request.method) && !isFromAnywhere && !isFromHere(request, baseUrl)) throw forbidden()
      // Pages hold what is private to one person: nothing keeps a copy. Static files set their own.
      reply.header('cache-control', 'no-store')
      done()
    })
  },
)

/** A page that shows a file of ours in a frame. */
export function allowOwnFrames(reply: FastifyReply): void {
  const policy = String(reply.getHeader('content-security-policy'))
  reply.header('content-security-policy', `${policy};frame-src 'self'`)
}

/**
 * A PDF as it is shown beside a form: only our own pages may frame it. Its type is fixed, and uploads with scripts are
 * refused, so nothing in it runs on our site. A sandbox would keep browsers' own viewers from opening it.
 */
export const pdfBesideAForm = {
  'content-type': 'application/pdf',
  'content-disposition': 'inline',
  'content-security-policy': "frame-ancestors 'self'",
} as const

/** What helmet sends with every answer, computed once. */
async function fixedHeaders(options: FastifyHelmetOptions): Promise<Readonly<Record<string, string>>> {
  const app = Fastify()
  await app.register(helmet, options)
  app.get('/', async () => '')
  const { headers } = await app.inject('/')
  await app.close()
  const ofHelmet = Object.entries(headers).filter(([name]) => !ofAnyAnswer.has(name))
  return { ...(Object.fromEntries(ofHelmet) as Record<string, string>), 'permissions-policy': permissions }
}

const ofAnyAnswer = new Set(['connection', 'content-length', 'content-type', 'date'])

/** What no page needs. Passkeys stay allowed for our own pages. */
const permissions = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
]
  .map((name) => `${name}=()`)
  .join(', ')

const isSafe = (method: string) => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/** Browsers say where a request comes from. A request without that is refused. */
export function isFromHere(request: Pick<FastifyRequest, 'headers'>, baseUrl: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return request.headers.origin === baseUrl
}
