import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAssets } from '#server/web/assets.ts'
import { type PageFrame, views } from '#server/web/views.ts'

const frame: PageFrame = {
  installation: null,
  look: { stylesheet: null, logo: null },
  viewer: { name: 'Ada Brandt' },
  navigation: [
    { href: '/', label: 'My training' },
    { href: '/team', label: 'Team' },
  ],
  account: [{ href: '/account', label: 'Ada Brandt' }],
  signOut: '/sign-out',
  banner: null,
  owesDataNotice: false,
  reading: '',
  waiting: {},
  session: null,
  isNamed: false,
  person: null,
  messages: [{ kind: 'success', text: 'Leave is <recorded>.' }],
}

let app: FastifyInstance

beforeAll(async () => {
  app = Fastify()
  await app.register(views, { assets: await openAssets(process.env.CACHE_DIR!), frame: () => frame })
  app.get<{ Params: { '*': string } }>('/*', (request, reply) =>
    reply.page('parts/_empty', {
      title: `About ${request.params['*']}`,
      says: 'Nothing yet.',
    }),
  )
  await app.ready()
})

afterAll(() => app.close())

describe('the layout', () => {
  it('has the quick exit, the way to support and back, and the skip link on every page', async () => {
    const { body } = await app.inject('/team/42?as=of')
    expect(body).toContain('<title>About team/42 – Safe Harbor Training</title>')
    expect(body).toContain('href="https://www.weather.gov" rel="noreferrer noopener"')
    expect(body).toContain('href="/support?back=%2Fteam%2F42%3Fas%3Dof"')
    expect(body).toContain('<a class="usa-skipnav" href="#main">')
  })

  it('marks the place where one is, and a page below it', async () => {
    const current = async (url: string) =>
      [...(await app.inject(url)).body.matchAll(/aria-current="(\w+)">([^<]+)</g)].map(([, kind, label]) => [
        kind,
        label,
      ])
    expect(await current('/team')).toEqual([['page', 'Team']])
    expect(await current('/team/42')).toEqual([['true', 'Team']])
    expect(await current('/teams')).toEqual([])
  })

  it('holds no inline style and no inline script', async () => {
    const { body } = await app.inject('/team')
    expect(body).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=/)
  })

  it('writes what others wrote as text', async () => {
    expect((await app.inject('/team')).body).toContain('Leave is &lt;recorded&gt;.')
  })
})

describe('a field', () => {
  const field = (field: object, errors: object[] = []) => app.partial('parts/_field', { field, errors })

  it('keeps what was typed and says beside it what to do', async () => {
    const html = await field({ name: 'email', label: 'Email', type: 'email', value: '"ada@' }, [
      { field: 'email', message: 'Enter an email address.' },
    ])
    expect(html).toContain('value="&quot;ada@"')
    expect(html).toContain('aria-invalid="true"')
    expect(html).toContain('aria-describedby="email-error"')
    expect(html).toContain('<p class="usa-error-message" id="email-error">Enter an email address.</p>')
  })

  it('never sends a password back', async () => {
    expect(
      await field({ name: 'password', label: 'Password', type: 'password', value: 'secret' }),
    ).not.toContain('secret')
  })

  it('keeps a choice, several choices and a text', async () => {
    const options = [
      { value: 'a', label: 'One' },
      { value: 'b', label: 'Two' },
    ]
    expect(await field({ name: 'one', label: 'One', type: 'select', value: 'b', options })).toContain(
      'value="b" selected',
    )
    expect(await field({ name: 'one', label: 'One', type: 'radio', value: 'b', options })).toContain(
      'value="b" checked',
    )
    expect(
      (await field({ name: 'one', label: 'One', type: 'checkbox', value: ['a', 'b'], options })).match(
        / checked/g,
      ),
    ).toHaveLength(2)
    expect(await field({ name: 'note', label: 'Note', type: 'textarea', value: '</textarea>' })).toContain(
      '>&lt;/textarea&gt;</textarea>',
    )
  })
})

describe('a standing', () => {
  it('is a word and a shape, and no two are alike', async () => {
    const names = [
      'current',
      'due-soon',
      'overdue',
      'not-cleared',
      'not-done',
      'due-before-contact',
      'not-required',
      'unknown',
      'on-leave',
    ]
    const all = await Promise.all(names.map((standing) => app.partial('parts/_standing', { standing })))
    const words = all.map((html) => html.replace(/<[^>]*>/g, '').trim())
    const shapes = all.map((html) => /\sd="([^"]+)"/.exec(html)?.[1])
    expect(words.every((word) => word.length > 3)).toBe(true)
    expect(new Set(words).size).toBe(names.length)
    expect(new Set(shapes).size).toBe(names.length)
  })
})
