import { randomUUID } from 'node:crypto'
import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyRequest, type FastifyServerOptions, type RouteOptions } from 'fastify'
import { currentInstallation } from '#server/admin/setup/current-installation.ts'
import { openDataKey } from '#server/certificates/credentials/key-file.ts'
import { issuerDid } from '#server/certificates/credentials/keys.ts'
import { listApprovals } from '#server/courses/catalogue/approvals.queries.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { offeredCourses } from '#server/courses/catalogue/offered.ts'
import { factsOf } from '#server/law/facts/facts.ts'
import { listWaiting } from '#server/oversight/waiting/waiting.queries.ts'
import { waitingByHome } from '#server/oversight/waiting/waiting.ts'
import { frameOf } from '#server/people/navigation.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import { factsOfPeople, refreshStandings } from '#server/standings/standings.actions.ts'
import { countsFor } from '#server/training/counts-for.ts'
import type { Config } from './config.ts'
import type { Database } from './db/connection.ts'
import { type Replica, withoutReplica } from './db/replica.ts'
import { type FeatureNeeds, features } from './features.ts'
import { lessonHrefFor } from './learning/progress/lesson-href.ts'
import { listEnrollments } from './learning/progress/queries.ts'
import { dayOf } from './lib/days.ts'
import type { Mail } from './lib/mail.ts'
import { accountMail } from './notices/account-mail.actions.ts'
import { tellOwner } from './notices/account-news.actions.ts'
import { loggedMail } from './notices/direct-emails.actions.ts'
import { webhookDescriptions } from './notices/webhooks/described.ts'
import { noteLook, noteRoleUse } from './people/actions.ts'
import { readingAttributes, readingCookie, readingSettings } from './people/reading/reading-settings.ts'
import type { DataKey } from './people/sealed-secret.ts'
import { createSessions } from './people/sessions.ts'
import { unsentForms } from './people/unsent-forms/unsent-forms.ts'
import { uploadLimits } from './people/unsent-forms/upload-limits.ts'
import { recognizeBy, viewerHook } from './people/viewer.ts'
import { approvedOnlyOn } from './standings/approved-only.ts'
import { apiDescription, apiDocs } from './web/api-docs.ts'
import { type Assets, assetFiles, openAssets } from './web/assets.ts'
import { arrivalLimits, limitConnections } from './web/connections.ts'
import { errorPages } from './web/error-pages.ts'
import { ReadOnly, SharedAccount } from './web/errors.ts'
import { fixedTexts } from './web/fixed-text.ts'
import { formKeys } from './web/form-keys.ts'
import { healthRoutes } from './web/health.ts'
import { mostOfAPart, readableAddress, refuseNul } from './web/input.ts'
import { metricsRoutes } from './web/metrics.ts'
import { movedAddresses } from './web/moved-addresses.ts'
import { readOnly } from './web/read-only.ts'
import { OneLineOfARequest } from './web/request-log.ts'
import type { App } from './web/routes.ts'
import { schemasWhenUsed } from './web/schemas.ts'
import { security } from './web/security-headers.ts'
import type { Tracing } from './web/tracing.ts'
import { views } from './web/views.ts'
import { wellKnownRoutes } from './web/well-known.routes.ts'

export type Needs = Readonly<{
  db: Database
  replica?: Replica
  tracing?: Pick<Tracing, 'requests'>
  catalogue: Catalogue
  mail: Mail
  clock: () => Date
  config: Config
  /** True for demonstration data. Every page shows a banner. */
  isDemo: boolean
  logger?: FastifyServerOptions['logger']
  /** How schemas are compiled, so that tests compile each one once for all their services. */
  schemaController?: FastifyServerOptions['schemaController']
  /** Called for every route, so that tests can request each of them. */
  onRoute?: (route: RouteOptions) => void
}>

/** The whole service, ready to listen or to be called by tests. */
export async function buildApp(given: Needs): Promise<App> {
  const app = newServer(given)
  const needs = featureNeeds(given, await openAssets(given.config.cacheDir))
  if (given.tracing) await app.register(given.tracing.requests)
  await addPlugins(app, given, needs)
  await app.register(healthRoutes, needs)
  const { metricsToken, baseUrl } = given.config
  if (metricsToken) await app.register(metricsRoutes, { db: given.db, token: metricsToken })
  // Named, or Fastify compares each with every module that was ever loaded.
  for (const feature of features)
    await app.register(Object.assign(feature, { [Symbol.for('fastify.display-name')]: feature.name }), needs)
  const contactEmail = () => needs.installation.now()?.contact_email || null
  const { asset } = needs.assets
  const home = () => ({
    discreet: { name: 'Training', short_name: 'Training', icon: asset('discreet-icon.svg') },
    named: {
      name: needs.ownName() ?? 'Safe Harbor Training',
      short_name: 'Safe Harbor',
      icon: asset('favicon.svg'),
    },
  })
  await app.register(wellKnownRoutes, { clock: given.clock, baseUrl, contactEmail, home })
  await app.register(movedAddresses)
  await app.register(apiDocs)
  return app
}

function newServer({ config, logger = false, schemaController = schemasWhenUsed, onRoute }: Needs): App {
  const app = Fastify({
    logger,
    trustProxy: config.trustedProxy ?? false,
    forceCloseConnections: 'idle',
    bodyLimit: 1_048_576,
    connectionTimeout: arrivalLimits.connectionTimeout,
    requestTimeout: arrivalLimits.requestTimeout,
    http: { headersTimeout: arrivalLimits.headersTimeout },
    routerOptions: { maxParamLength: mostOfAPart },
    rewriteUrl: ({ url = '/' }) => readableAddress(url),
    genReqId: () => randomUUID().slice(-10),
    return503OnClosing: false,
    logController: new OneLineOfARequest(),
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' } },
    schemaController,
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App
  if (!config.trustedProxy && !config.development) limitConnections(app.server)
  if (onRoute) app.addHook('onRoute', onRoute)
  return app
}

function featureNeeds({ db, catalogue, clock, config, ...given }: Needs, assets: Assets): FeatureNeeds {
  const installation = currentInstallation(db)
  const dataKey: DataKey = () => openDataKey(config.keysFile, issuerDid(config.baseUrl), clock())
  return {
    db,
    replica: given.replica ?? withoutReplica(db),
    catalogue,
    clock,
    config,
    assets,
    installation,
    tellOwner,
    tellOfRole,
    offered: async () => {
      const today = dayOf(clock())
      return offeredCourses(catalogue, await listApprovals(db, today), approvedOnlyOn(today))
    },
    lessonHref: async (viewer) =>
      lessonHrefFor(viewer, viewer ? await listEnrollments(db, viewer.id) : [], catalogue),
    mail: given.mail && accountMail(dataKey),
    directMail: loggedMail(db, given.mail),
    sessions: createSessions(db, { idleMinutes: config.sessionIdleMinutes, hours: config.sessionHours }),
    dataKey,
    requiresSecondFactor: config.secondFactor ? config.secondFactor === 'required' : !given.isDemo,
    installationWords: () => {
      const known = installation.now()
      return known ? [known.name, known.agency] : []
    },
    ownName: () => installation.now()?.name ?? null,
    ownLines: () => installation.branding().support_lines,
    afterChange: (trx, people, now) => refreshStandings(trx, people, dayOf(now)),
    countsFor: async (personId) => {
      const today = dayOf(clock())
      const { roster, facts } = await factsOfPeople(db, [personId], today)
      const names = new Map(roster.programs.map(({ program_id, name }) => [program_id, name]))
      return countsFor(facts.get(personId) ?? factsOf({}), today, names)
    },
  }
}

/** What happens to each request before a feature sees it, and to each answer after. */
async function addPlugins(app: App, given: Needs, needs: FeatureNeeds): Promise<void> {
  const { db, config, clock, assets, installation, sessions, requiresSecondFactor } = needs
  const recognize = recognizeBy(sessions, config.https)
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config?.policy !== 'asset') await installation.refresh()
  })
  // First, because a refused request needs an error page.
  await addViews(app, given, needs)
  await app.register(cookie)
  await app.register(security, { baseUrl: config.baseUrl, https: config.https })
  await addForms(app, needs)
  // The same code that error pages and the log show.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  await app.register(errorPages, { recognize })
  await app.register(refuseNul)
  await app.register(viewerHook, {
    recognize,
    requiresSecondFactor,
    today: () => dayOf(clock()),
    noteUse: (grants, on) => noteRoleUse(db, grants, on),
    noteLook: (look) => noteLook(db, look, clock()),
  })
  await app.register(unsentForms, { db, sessions, config })
  await app.register(rateLimit, { global: false })
  await app.register(uploadLimits, { db, config })
  // Whole pages of people with a role show it in their navigation; files and pieces of a page have none.
  app.addHook('preHandler', async (request) => {
    const { viewer, method, headers, url } = request
    const isPage = method === 'GET' && headers['hx-request'] !== 'true' && !/\.\w+(\?|$)/.test(url)
    if (!isPage || !viewer || viewer.grants.length === 0) return
    request.waiting = waitingByHome(await listWaiting(db, viewer, dayOf(clock())))
  })
  if (given.isDemo && config.demo === 'public') await app.register(readOnly, { refusalOf: demoRefusal })
  await app.register(async (files) => {
    files.addHook('onRoute', (route) => {
      route.config = { ...route.config, policy: 'asset' }
    })
    await files.register(assetFiles, assets)
  })
  await app.register(apiDescription, { baseUrl: config.baseUrl, webhooks: webhookDescriptions() })
}

async function addViews(app: App, { isDemo, logger }: Needs, needs: FeatureNeeds): Promise<void> {
  const { config, assets, installation } = needs
  await app.register(views, {
    assets,
    frame: (request) => {
      const settings = readingSettings(request.viewer?.reading ?? request.cookies?.[readingCookie])
      const known = { installation: installation.now(), look: installation.look() }
      return {
        ...frameOf(request, known, isDemo && config.demo),
        reading: readingAttributes(settings),
        isNamed: settings.install === 'named',
        session: request.viewer && {
          // The last renewal may be a minute ago.
          idleSeconds: (config.sessionIdleMinutes - 1) * 60,
          secondsLeft: request.viewer.session_seconds_left,
        },
        person: request.viewer?.id.slice(0, 8) ?? null,
      }
    },
    development: config.development,
    // Tests have no log, so throw instead.
    strict: config.development || !logger,
  })
}

/** What forms send, and what pages are sent as. */
async function addForms(app: App, { db }: FeatureNeeds): Promise<void> {
  // Before compression, because it writes the keys into pages.
  await app.register(formKeys, { db, senderOf: ({ viewer, ip }) => viewer?.id ?? ip })
  await app.register(fixedTexts)
  // Safe from BREACH: no page contains both a secret and text chosen by an attacker.
  // A page in one call: a stream costs six times the processor. What is longer, such as an export, is streamed.
  await app.register(compress, {
    threshold: 1024,
    syncThreshold: 256 * 1024,
    // What browsers ask for: Zstandard takes half of brotli's time for a page of the same size.
    encodings: ['zstd', 'br', 'gzip'],
    // Windows as large as a page: the default ones take megabytes each, and two to three times as long.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_LGWIN]: 18 } },
    zlibOptions: zstandard,
    globalDecompression: false,
  })
  await app.register(formbody)
  // For forms with files. Read them with web/upload.ts.
  await app.register(multipart, {
    limits: { fileSize: 10 * 1024 * 1024, files: 1, fields: 40, fieldSize: 1_000_000 },
  })
}

/** The plugin hands these to Zstandard, too, but its types don't know that. Gzip ignores them. */
const zstandard: object = { params: { [constants.ZSTD_c_windowLog]: 17 } }

/** Where an account is changed, or how someone signs in to it. */
const accountAddresses =
  /^\/(accounts?|link|email|forgot-password|sign-in\/code|notices\/(preferences|unsubscribe))(\/|$)/

/** In the public demonstration, everyone shares the accounts. */
function demoRefusal({ viewer, routeOptions: { url = '', config: route } }: FastifyRequest) {
  if (accountAddresses.test(url)) return new SharedAccount()
  // A public page, such as signing out, changes nothing that others see.
  return route.policy !== 'public' && (viewer?.grants.length ?? 0) > 0 ? new ReadOnly() : null
}
