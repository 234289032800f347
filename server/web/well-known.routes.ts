import { Type } from 'typebox'
import type { App } from './routes.ts'

type HomeScreen = Readonly<{ name: string; short_name: string; icon: string }>

type Needs = Readonly<{
  clock: () => Date
  baseUrl: string
  /** Whom the installation names as its contact. Null before set-up. */
  contactEmail: () => string | null
  /** The name and icon on a home screen: one that says nothing to others, and our own. */
  home: () => Readonly<Record<'discreet' | 'named', HomeScreen>>
}>

/** Files that programs look for under fixed names. */
export async function wellKnownRoutes(
  app: App,
  { clock, baseUrl, contactEmail, home }: Needs,
): Promise<void> {
  const open = { policy: 'public' } as const

  app.get('/robots.txt', { config: open }, async (_request, reply) =>
    reply.type('text/plain').send(`User-agent: *\n${closed.map((path) => `Disallow: ${path}\n`).join('')}`),
  )

  // RFC 9116. It expires, so that no one writes to an address of years ago.
  app.get('/.well-known/security.txt', { config: open }, async (_request, reply) => {
    const contact = contactEmail()
    const expires = new Date(clock().getTime() + 180 * 86_400_000).toISOString()
    const lines = [
      contact ? `Contact: mailto:${contact}` : `Contact: ${baseUrl}/support`,
      `Expires: ${expires}`,
      'Preferred-Languages: en',
      `Canonical: ${baseUrl}/.well-known/security.txt`,
    ]
    return reply.type('text/plain').send(`${lines.join('\n')}\n`)
  })

  // Browsers ask for it without the cookie, so the address says which one.
  app.get(
    '/manifest.webmanifest',
    { config: open, schema: { querystring: Type.Object({ as: Type.Optional(Type.Literal('named')) }) } },
    async (request, reply) => {
      const { icon, ...names } = home()[request.query.as ?? 'discreet']
      return reply.type('application/manifest+json').send(
        JSON.stringify({
          ...names,
          id: '/',
          start_url: '/',
          scope: '/',
          display: 'standalone',
          background_color: '#fbfaf7',
          theme_color: '#0b3a5b',
          icons: [{ src: icon, sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
        }),
      )
    },
  )

  // Password managers send people here to change their password.
  app.get('/.well-known/change-password', { config: open }, async (_request, reply) =>
    reply.redirect('/account/password', 302),
  )
}

/** Pages that are one person's, or whose addresses are secret. */
const closed = [
  '/verify/',
  '/link/',
  '/email/',
  '/setup/',
  '/join/',
  '/packets/',
  '/notices/',
  '/api/',
  '/attempts/',
]
