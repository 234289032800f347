import { randomBytes } from 'node:crypto'
import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyServerOptions, type RouteOptions } from 'fastify'
import { brandingRoutes } from '#server/admin/branding/branding.routes.ts'
import { dataNoticeConsoleRoutes } from '#server/admin/console/data-notice.routes.ts'
import { keyConsoleRoutes } from '#server/admin/console/keys.routes.ts'
import { settingsConsoleRoutes } from '#server/admin/console/settings.routes.ts'
import { storageConsoleRoutes } from '#server/admin/console/storage.routes.ts'
import { tokenConsoleRoutes } from '#server/admin/console/tokens.routes.ts'
import { consoleHealthRoutes } from '#server/admin/health/health.routes.ts'
import { jobConsoleRoutes } from '#server/admin/jobs/jobs.routes.ts'
import { ledgerConsoleRoutes } from '#server/admin/ledger/ledger.routes.ts'
import { mailConsoleRoutes } from '#server/admin/mail/mail.routes.ts'
import { groupRoleRoutes } from '#server/admin/people/group-roles.routes.ts'
import { installationRoleRoutes } from '#server/admin/people/roles.routes.ts'
import { installationProgramRoutes } from '#server/admin/programs/programs.routes.ts'
import { recordOpeningRoutes } from '#server/admin/records/records.routes.ts'
import { currentInstallation } from '#server/admin/setup/current-installation.ts'
import { setupRoutes } from '#server/admin/setup/setup.routes.ts'
import { setupBootstrapRoutes } from '#server/admin/setup/setup-bootstrap.routes.ts'
import { calendarRoutes } from '#server/calendar/calendar.routes.ts'
import { certificateApiRoutes } from '#server/certificates/certificates/api.routes.ts'
import { certificateFileRoutes } from '#server/certificates/certificates/files.routes.ts'
import { ledgerRoutes } from '#server/certificates/certificates/ledger.routes.ts'
import { certificateRoutes } from '#server/certificates/certificates/verify.routes.ts'
import { openDataKey } from '#server/certificates/credentials/key-file.ts'
import { issuerDid } from '#server/certificates/credentials/keys.ts'
import { publicationRoutes } from '#server/certificates/credentials/publication.routes.ts'
import { certificateRequestRoutes } from '#server/certificates/requests/requests.routes.ts'
import { ledSessionRoutes } from '#server/classroom/instructor-led/instructor-led.routes.ts'
import { attendanceRoutes } from '#server/classroom/instructor-led/instructor-led-attendance.routes.ts'
import { organizingRoutes } from '#server/classroom/instructor-led/instructor-led-organizing.routes.ts'
import { listApprovals } from '#server/courses/catalogue/approvals.queries.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { FindLessonHref } from '#server/courses/catalogue/lesson-links.ts'
import { type FindOffered, offeredCourses } from '#server/courses/catalogue/offered.ts'
import { approvalRoutes } from '#server/courses/review/approvals.routes.ts'
import { mistakeRoutes } from '#server/courses/review/mistakes.routes.ts'
import { courseReviewRoutes } from '#server/courses/review/review.routes.ts'
import { handoutRoutes } from '#server/handouts/job-aids.routes.ts'
import { licensingRoutes } from '#server/oversight/licensing/licensing.routes.ts'
import { overviewRoutes } from '#server/oversight/licensing/overview.routes.ts'
import { packetRoutes } from '#server/oversight/packets/packet.routes.ts'
import { packetVerificationRoutes } from '#server/oversight/packets/packet-verification.routes.ts'
import { registryRoutes } from '#server/oversight/registry/registry.routes.ts'
import { correctionOrderRoutes } from '#server/oversight/reviews/correction-order.routes.ts'
import { licensingReviewRoutes } from '#server/oversight/reviews/review.routes.ts'
import { reviewAnswerRoutes } from '#server/oversight/reviews/review-answers.routes.ts'
import { reviewFindingRoutes } from '#server/oversight/reviews/review-findings.routes.ts'
import { reviewPeopleRoutes } from '#server/oversight/reviews/review-people.routes.ts'
import { checkedRoutes } from '#server/oversight/team/checked.routes.ts'
import { personRoutes } from '#server/oversight/team/person.routes.ts'
import { teamRoutes } from '#server/oversight/team/team.routes.ts'
import { bulkVerificationRoutes } from '#server/oversight/verification/bulk-verification.routes.ts'
import { listWaiting } from '#server/oversight/waiting/waiting.queries.ts'
import { waitingByHome } from '#server/oversight/waiting/waiting.ts'
import { frameOf } from '#server/people/navigation.ts'
import { paperCodeRoutes } from '#server/programs/accounts/paper-codes.routes.ts'
import { accountLifeRoutes } from '#server/programs/accounts/routes.ts'
import { confirmationRoutes } from '#server/programs/confirmations/confirmations.routes.ts'
import { importRoutes } from '#server/programs/imports/imports.routes.ts'
import { connectionRoutes } from '#server/programs/provisioning/connections.routes.ts'
import { scimRoutes } from '#server/programs/provisioning/scim.routes.ts'
import { programRoutes } from '#server/programs/record/program.routes.ts'
import { programRecordRoutes } from '#server/programs/record/program-record.routes.ts'
import { accessRoutes } from '#server/programs/roles/access.routes.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import { roleRoutes } from '#server/programs/roles/roles.routes.ts'
import { assignmentRoutes } from '#server/programs/roster/assignments.routes.ts'
import { linkRoutes } from '#server/programs/roster/links.routes.ts'
import { periodRoutes } from '#server/programs/roster/periods.routes.ts'
import { rosterRoutes } from '#server/programs/roster/roster.routes.ts'
import { apiTokenRoutes } from '#server/standings/api-tokens.routes.ts'
import { clearanceRoutes } from '#server/standings/clearance.routes.ts'
import { interpretationsRoutes } from '#server/standings/interpretations.routes.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { myTrainingRoutes } from '#server/training/my-training.routes.ts'
import { outsideRoutes } from '#server/training/outside.routes.ts'
import { recordSharingRoutes } from '#server/training/record-sharing.routes.ts'
import { rulesRoutes } from '#server/training/rules.routes.ts'
import { groupJoiningRoutes } from './classroom/group-sessions/group-joining.routes.ts'
import { groupSessionRoutes } from './classroom/group-sessions/group-sessions.routes.ts'
import { scholarshipRoutes } from './classroom/scholarships/scholarships.routes.ts'
import type { Config } from './config.ts'
import { rightNowRoutes } from './courses/right-now.routes.ts'
import { courseRoutes } from './courses/routes.ts'
import type { Database } from './db/connection.ts'
import { facilitatorGuideRoutes } from './handouts/facilitator-guides.routes.ts'
import { attemptRoutes } from './learning/attempts.routes.ts'
import { lessonHrefFor } from './learning/progress/lesson-href.ts'
import { listEnrollments } from './learning/progress/queries.ts'
import { learningRoutes } from './learning/routes.ts'
import { changesRoutes } from './learning/versions/changes.routes.ts'
import { movingRoutes } from './learning/versions/moving.routes.ts'
import { dayOf } from './lib/days.ts'
import type { Mail } from './lib/mail.ts'
import { accountMail } from './notices/account-mail.actions.ts'
import { tellOwner } from './notices/account-news.actions.ts'
import { deputyRoutes } from './notices/deputies.routes.ts'
import { developmentMailRoutes } from './notices/development.routes.ts'
import { loggedMail } from './notices/direct-emails.actions.ts'
import { noticeRoutes } from './notices/notices.routes.ts'
import { undeliveredRoutes } from './notices/undelivered.routes.ts'
import { webhookDescriptions } from './notices/webhooks/described.ts'
import { webhookRoutes } from './notices/webhooks/webhooks.routes.ts'
import { accountRoutes } from './people/account.routes.ts'
import { noteLook, noteRoleUse } from './people/actions.ts'
import { dataNoticeRoutes } from './people/data-notices/data-notice.routes.ts'
import { peopleRoutes } from './people/routes.ts'
import type { DataKey } from './people/sealed-secret.ts'
import { secondFactorRoutes } from './people/second-factor.routes.ts'
import { createSessions } from './people/sessions.ts'
import { singleSignOnRoutes } from './people/single-sign-on.routes.ts'
import { unsentFormRoutes } from './people/unsent-forms.routes.ts'
import { unsentForms } from './people/unsent-forms.ts'
import { recognizeBy, viewerHook } from './people/viewer.ts'
import type { AfterChange } from './programs/changes.ts'
import { approvedOnlyOn } from './standings/approved-only.ts'
import { apiDescription, apiDocs } from './web/api-docs.ts'
import { assetFiles, buildAssets } from './web/assets.ts'
import { arrivalLimits, limitConnections } from './web/connections.ts'
import { errorPages } from './web/error-pages.ts'
import { ReadOnly, SharedAccount } from './web/errors.ts'
import { formKeys } from './web/form-keys.ts'
import { healthRoutes } from './web/health.ts'
import { mostOfAPart, readableAddress, refuseNul } from './web/input.ts'
import { metricsRoutes } from './web/metrics.ts'
import { movedAddresses } from './web/moved-addresses.ts'
import { readOnly } from './web/read-only.ts'
import { OneLineOfARequest } from './web/request-log.ts'
import type { App } from './web/routes.ts'
import { security } from './web/security-headers.ts'
import { views } from './web/views.ts'
import { wellKnownRoutes } from './web/well-known.routes.ts'

export type Needs = Readonly<{
  db: Database
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

/** Where an account is changed, or how someone signs in to it. */
const accountAddresses =
  /^\/(accounts?|link|email|forgot-password|sign-in\/code|notices\/(preferences|unsubscribe))(\/|$)/

/** The whole service, ready to listen or to be called by tests. */
export async function buildApp(given: Needs): Promise<App> {
  const { db, config } = given
  const offered: FindOffered = async () => {
    const today = dayOf(given.clock())
    return offeredCourses(given.catalogue, await listApprovals(db, today), approvedOnlyOn(today))
  }
  const lessonHref: FindLessonHref = async (viewer) =>
    lessonHrefFor(viewer, viewer ? await listEnrollments(db, viewer.id) : [], given.catalogue)
  const dataKey: DataKey = () => openDataKey(config.keysFile, issuerDid(config.baseUrl), given.clock())
  const mail = given.mail && accountMail(dataKey)
  const needs = { ...given, mail, offered, lessonHref, tellOwner, tellOfRole, dataKey }
  // What an administrator tries out is sent while they wait.
  const direct = { ...needs, mail: loggedMail(db, given.mail) }
  const app = Fastify({
    logger: needs.logger ?? false,
    trustProxy: config.trustedProxy ?? false,
    forceCloseConnections: 'idle',
    bodyLimit: 1_048_576,
    connectionTimeout: arrivalLimits.connectionTimeout,
    requestTimeout: arrivalLimits.requestTimeout,
    http: { headersTimeout: arrivalLimits.headersTimeout },
    routerOptions: { maxParamLength: mostOfAPart },
    rewriteUrl: ({ url = '/' }) => readableAddress(url),
    genReqId: () => randomBytes(8).toString('hex').slice(0, 10),
    return503OnClosing: false,
    logController: new OneLineOfARequest(),
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' } },
    schemaController: needs.schemaController ?? {},
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App
  if (!config.trustedProxy && !config.development) limitConnections(app.server)
  if (needs.onRoute) app.addHook('onRoute', needs.onRoute)
  const afterChange: AfterChange = (trx, people, now) => refreshStandings(trx, people, dayOf(now))
  const sessions = createSessions(db, { idleMinutes: config.sessionIdleMinutes, hours: config.sessionHours })

  const recognize = recognizeBy(sessions, config.https)

  // First, because a refused request needs an error page.
  const assets = await buildAssets()
  const installation = currentInstallation(db)
  const ownName = () => installation.now()?.name ?? null
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config?.policy !== 'asset') await installation.refresh()
  })
  await app.register(views, {
    assets,
    frame: (request) => ({
      ...frameOf(
        request,
        { installation: installation.now(), look: installation.look() },
        needs.isDemo && config.demo,
      ),
      idleMinutes: request.viewer ? config.sessionIdleMinutes : null,
    }),
    development: config.development,
    // Tests have no log, so throw instead.
    strict: config.development || !given.logger,
  })
  await app.register(cookie)
  await app.register(security, { baseUrl: config.baseUrl, https: config.https })
  // Before compression, because it writes the keys into pages.
  await app.register(formKeys, { db, senderOf: ({ viewer, ip }) => viewer?.id ?? ip })
  // Safe from BREACH: no page contains both a secret and text chosen by an attacker.
  // A page in one call: a stream costs six times the processor. What is longer, such as an export, is streamed.
  await app.register(compress, {
    threshold: 1024,
    syncThreshold: 256 * 1024,
    encodings: ['br', 'gzip'],
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } },
    globalDecompression: false,
  })
  await app.register(formbody)
  // For forms with files. Read them with web/upload.ts.
  await app.register(multipart, {
    limits: { fileSize: 10 * 1024 * 1024, files: 1, fields: 40, fieldSize: 1_000_000 },
  })
  const requiresSecondFactor = config.secondFactor ? config.secondFactor === 'required' : !needs.isDemo
  // The same code that error pages and the log show.
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  await app.register(errorPages, { recognize })
  await app.register(refuseNul)
  await app.register(viewerHook, {
    recognize,
    requiresSecondFactor,
    today: () => dayOf(given.clock()),
    noteUse: (grants, on) => noteRoleUse(db, grants, on),
    noteLook: (look) => noteLook(db, look, given.clock()),
  })
  await app.register(unsentForms, { db, sessions, config })
  // Whole pages of people with a role show it in their navigation; files and pieces of a page have none.
  app.addHook('preHandler', async (request) => {
    const { viewer, method, headers, url } = request
    const isPage = method === 'GET' && headers['hx-request'] !== 'true' && !/\.\w+(\?|$)/.test(url)
    if (!isPage || !viewer || viewer.grants.length === 0) return
    request.waiting = waitingByHome(await listWaiting(db, viewer, dayOf(needs.clock())))
  })
  if (needs.isDemo && config.demo === 'public')
    await app.register(readOnly, {
      refusalOf: ({ viewer, routeOptions: { url = '', config: route } }) => {
        if (accountAddresses.test(url)) return new SharedAccount()
        // A public page, such as signing out, changes nothing that others see.
        return route.policy !== 'public' && (viewer?.grants.length ?? 0) > 0 ? new ReadOnly() : null
      },
    })
  await app.register(rateLimit, { global: false })
  await app.register(async (files) => {
    files.addHook('onRoute', (route) => {
      route.config = { ...route.config, policy: 'asset' }
    })
    await files.register(assetFiles, assets)
  })
  await app.register(apiDescription, { baseUrl: config.baseUrl, webhooks: webhookDescriptions() })

  await app.register(healthRoutes, { db, config })
  if (config.metricsToken) await app.register(metricsRoutes, { db, token: config.metricsToken })
  const installationWords = () => {
    const known = installation.now()
    return known ? [known.name, known.agency] : []
  }
  await app.register(peopleRoutes, { ...needs, sessions, installationWords })
  await app.register(unsentFormRoutes, needs)
  await app.register(singleSignOnRoutes, { ...needs, sessions })
  await app.register(accountRoutes, { ...needs, sessions, installationWords })
  await app.register(secondFactorRoutes, { ...needs, sessions, requiresSecondFactor })
  await app.register(accountLifeRoutes, needs)
  await app.register(dataNoticeRoutes, needs)
  await app.register(paperCodeRoutes, needs)
  await app.register(connectionRoutes, needs)
  await app.register(scimRoutes, { ...needs, afterChange })
  await app.register(noticeRoutes, needs)
  await app.register(undeliveredRoutes, needs)
  await app.register(deputyRoutes, needs)
  await app.register(webhookRoutes, needs)
  if (config.development) await app.register(developmentMailRoutes, needs)
  await app.register(programRoutes, needs)
  await app.register(programRecordRoutes, { ...needs, afterChange })
  await app.register(rosterRoutes, { ...needs, afterChange })
  await app.register(assignmentRoutes, { ...needs, afterChange })
  await app.register(periodRoutes, { ...needs, afterChange })
  await app.register(linkRoutes, needs)
  await app.register(roleRoutes, needs)
  await app.register(accessRoutes, needs)
  await app.register(importRoutes, needs)
  await app.register(confirmationRoutes, { ...needs, afterChange })
  await app.register(courseRoutes, { ...needs, ownLines: () => installation.branding().support_lines })
  await app.register(rightNowRoutes, { ...needs, assets })
  await app.register(courseReviewRoutes, needs)
  await app.register(mistakeRoutes, needs)
  await app.register(approvalRoutes, { ...needs, afterChange })
  await app.register(certificateRoutes, needs)
  await app.register(certificateFileRoutes, needs)
  await app.register(publicationRoutes, needs)
  await app.register(certificateApiRoutes, needs)
  await app.register(ledgerRoutes, needs)
  await app.register(certificateRequestRoutes, { ...needs, sessions, afterChange })
  await app.register(handoutRoutes, { ...needs, ownName })
  await app.register(facilitatorGuideRoutes, { ...needs, ownName })
  await app.register(learningRoutes, { ...needs, afterChange })
  await app.register(movingRoutes, needs)
  await app.register(changesRoutes, needs)
  await app.register(attemptRoutes, { ...needs, afterChange })
  await app.register(myTrainingRoutes, needs)
  await app.register(outsideRoutes, needs)
  await app.register(recordSharingRoutes, { ...needs, afterChange })
  await app.register(clearanceRoutes, needs)
  await app.register(apiTokenRoutes, needs)
  await app.register(rulesRoutes)
  await app.register(interpretationsRoutes, needs)
  await app.register(groupSessionRoutes, needs)
  await app.register(groupJoiningRoutes, needs)
  await app.register(ledSessionRoutes, needs)
  await app.register(organizingRoutes, needs)
  await app.register(attendanceRoutes, needs)
  await app.register(scholarshipRoutes, needs)
  await app.register(calendarRoutes, needs)
  await app.register(teamRoutes, needs)
  await app.register(personRoutes, needs)
  await app.register(checkedRoutes, { ...needs, afterChange })
  await app.register(licensingRoutes, needs)
  await app.register(overviewRoutes, needs)
  await app.register(licensingReviewRoutes, needs)
  await app.register(reviewPeopleRoutes, needs)
  await app.register(reviewFindingRoutes, needs)
  await app.register(reviewAnswerRoutes, needs)
  await app.register(correctionOrderRoutes, needs)
  await app.register(packetRoutes, needs)
  await app.register(packetVerificationRoutes, needs)
  await app.register(bulkVerificationRoutes, needs)
  await app.register(registryRoutes, { ...needs, afterChange })
  await app.register(setupBootstrapRoutes, { ...needs, installation })
  await app.register(setupRoutes, { ...direct, installation })
  await app.register(brandingRoutes, { ...needs, installation })
  await app.register(consoleHealthRoutes, direct)
  await app.register(installationRoleRoutes, needs)
  await app.register(groupRoleRoutes, needs)
  await app.register(recordOpeningRoutes, needs)
  await app.register(installationProgramRoutes, needs)
  await app.register(jobConsoleRoutes, needs)
  await app.register(mailConsoleRoutes, direct)
  await app.register(ledgerConsoleRoutes, direct)
  await app.register(keyConsoleRoutes, { ...needs, sessions })
  await app.register(dataNoticeConsoleRoutes, needs)
  await app.register(tokenConsoleRoutes, needs)
  await app.register(storageConsoleRoutes, needs)
  await app.register(settingsConsoleRoutes, needs)
  await app.register(wellKnownRoutes, {
    clock: needs.clock,
    baseUrl: config.baseUrl,
    contactEmail: () => installation.now()?.contact_email || null,
  })
  await app.register(movedAddresses)
  await app.register(apiDocs)
  return app
}
