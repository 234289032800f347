import path from 'node:path'
import fastifyView from '@fastify/view'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Assets } from './assets.ts'
import { type FixedText, placeFor } from './fixed-text.ts'
import { sceneFile } from './scenes.ts'
import { createTemplates } from './templates.ts'
import * as words from './words.ts'

export type NavigationItem = Readonly<{ href: string; label: string }>

/** Work that waits for the viewer, and where it is handled. */
export type WaitingItem = Readonly<{ kind: string; count: number; label: string; href: string }>

export type Message = Readonly<{ kind: 'success' | 'info' | 'warning' | 'error'; text: string }>

/** The layout's data for every page. */
export type PageFrame = Readonly<{
  viewer: Readonly<{ name: string }> | null
  navigation: readonly NavigationItem[]
  /** Account links at the end of the navigation. For visitors, "Sign in". */
  account: readonly NavigationItem[]
  /** The sign-out button's address. Null if no one is signed in. */
  signOut: string | null
  /** What this installation is called, who runs it and whom to ask; null before set-up. */
  installation: Readonly<{
    name: string
    agency: string
    contact_name: string
    contact_email: string
    contact_phone: string
  }> | null
  /** The installation's own color and logo, where it has them. */
  look: Readonly<{
    stylesheet: string | null
    logo: Readonly<{ href: string; width: number; height: number }> | null
  }>
  /** The attributes of <html> for how this person likes to read. */
  reading: string
  /** The home screen's icon carries our name. */
  isNamed: boolean
  /** Seconds after which the session ends: without a request, and however much it is used. Null if no one is signed in. */
  session: Readonly<{ idleSeconds: number; secondsLeft: number }> | null
  /** Tells two people at one device apart, for what the device keeps. Null if no one is signed in. */
  person: string | null
  /** A quiet line above every page: this is a demonstration. */
  banner: string | null
  /** The viewer has not yet read the latest data practices notice. */
  owesDataNotice: boolean
  /** What waits for the viewer, by the page that begins with it. */
  waiting: Readonly<Record<string, readonly WaitingItem[]>>
  /** Messages from the previous request. */
  messages: readonly Message[]
}>

/** A field's error, shown at the field and in the summary at the top. */
export type FieldError = Readonly<{ field: string; message: string }>

type PageData = Readonly<{
  title: string
  /** `noindex` to keep a page out of search engines. */
  robots?: string
  /** Seconds after which a page reloads without scripts, while its content isn't ready. */
  againAfter?: number | null
  errors?: readonly FieldError[]
  /** The template of a second line in the sticky header, such as where someone is in a lesson. */
  bar?: string
  /** True if the page fetches htmx itself, once someone needs it. */
  waitsForHtmx?: boolean
  [name: string]: unknown
}>

type ViewOptions = Readonly<{
  assets: Assets
  frame: (request: FastifyRequest, reply: FastifyReply) => PageFrame
  /** Recompile templates on each request. */
  development?: boolean
  /** Throw if a page prints a missing value. Otherwise log an error. */
  strict?: boolean
  /** The folder of templates. Only tests use a different one. */
  folder?: string
}>

declare module 'fastify' {
  interface FastifyInstance {
    /** Renders `views/<template>.eta` without the layout, as text. */
    partial(template: string, data?: Readonly<Record<string, unknown>>): Promise<string>
  }
  interface FastifyReply {
    locals?: object
    /** Sends `views/<template>.eta` in the layout. */
    page(template: string, data: PageData): FastifyReply
    /** Sends `views/<template>.eta` without the layout, for a fragment. */
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
      defaultContext: {
        asset: assets.asset,
        sceneFile,
        errors: [],
        robots: null,
        againAfter: null,
        bar: null,
        waitsForHtmx: false,
        ...words,
      },
    }
    app.decorateReply('locals')
    app.addHook('onRequest', (request, reply, done) => {
      let framed: PageFrame | undefined
      reply.locals = {
        url: request.url,
        path: request.url.split('?', 1)[0],
        fixedText: (text: FixedText) => placeFor(text, reply),
        // Made when the page is rendered, because the viewer is known by then. The view plugin reads it three times.
        get frame() {
          framed ??= frame(request, reply)
          return framed
        },
      }
      done()
    })
    await app.register(fastifyView, { ...engine, propertyName: 'page', layout: 'layout.eta' })
    await app.register(fastifyView, { ...engine, propertyName: 'partial' })
  },
)
