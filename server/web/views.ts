import path from 'node:path'
import fastifyView from '@fastify/view'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Assets } from './assets.ts'
import { createTemplates } from './templates.ts'
import * as words from './words.ts'

export type NavigationItem = Readonly<{ href: string; label: string }>

export type Message = Readonly<{ kind: 'success' | 'info' | 'warning' | 'error'; text: string }>

/** What stands around every page. */
export type PageFrame = Readonly<{
  viewer: Readonly<{ name: string }> | null
  navigation: readonly NavigationItem[]
  /** The viewer's own pages, at the end of the navigation; for a visitor, the way in. */
  account: readonly NavigationItem[]
  /** Where the sign-out button posts to; null where nobody is signed in. */
  signOut: string | null
  /** What this installation is called, who runs it and whom to ask; null before set-up. */
  installation: Readonly<{
    name: string
    agency: string
    contact_name: string
    contact_email: string
    contact_phone: string
  }> | null
  /** A quiet line above every page: this is a demonstration. */
  banner: string | null
  /** What the request before this one has to say. */
  messages: readonly Message[]
}>

/** A field's error, as shown at the field and in the list at the top. */
export type FieldError = Readonly<{ field: string; message: string }>

export type PageData = Readonly<{
  title: string
  /** `noindex` where a search engine has no business. */
  robots?: string
  /** Seconds after which a page that is not finished asks again by itself, where scripts are off. */
  againAfter?: number | null
  errors?: readonly FieldError[]
  [name: string]: unknown
}>

export type ViewOptions = Readonly<{
  assets: Assets
  frame: (request: FastifyRequest, reply: FastifyReply) => PageFrame
  /** Read and compile templates at each request. */
  development?: boolean
  /** Refuse a page that prints a value which isn't there; otherwise it is an error in the log. */
  strict?: boolean
  /** The folder of templates; only tests name another. */
  folder?: string
}>

declare module 'fastify' {
  interface FastifyInstance {
    /** Renders `views/<template>.eta` alone, as text. */
    partial(template: string, data?: Readonly<Record<string, unknown>>): Promise<string>
  }
  interface FastifyReply {
    locals?: object
    /** Sends `views/<template>.eta` within the layout. */
    page(template: string, data: PageData): FastifyReply
    /** Sends `views/<template>.eta` alone, for a part of a page. */
    partial(template: string, data?: Readonly<Record<string, unknown>>): FastifyReply
  }
}

const templates = path.resolve(import.meta.dirname, '../../views')

export const views = fp(
  async (app: FastifyInstance, { assets, frame, development, strict, folder }: ViewOptions) => {
    const root = folder ?? templates
    const eta = createTemplates({
      folder: root,
      cache: !development,
      whenMissing: (error) => {
        if (strict) throw error
        app.log.error(error)
      },
    })
    const engine = {
      engine: { eta },
      root,
      production: !development,
      defaultContext: { asset: assets.asset, errors: [], robots: null, againAfter: null, ...words },
    }
    app.decorateReply('locals')
    app.addHook('onRequest', async (request, reply) => {
      reply.locals = {
        url: request.url,
        path: request.url.split('?', 1)[0],
        // Asked when the page is rendered: by then the viewer is known.
        get frame() {
          return frame(request, reply)
        },
      }
    })
    await app.register(fastifyView, { ...engine, propertyName: 'page', layout: 'layout.eta' })
    await app.register(fastifyView, { ...engine, propertyName: 'partial' })
  },
)
