import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { type App, form, text } from '#server/web/routes.ts'
import type { CurrentInstallation } from './current-installation.ts'
import { findSetting } from './settings.queries.ts'
import { findSetupFacts } from './setup.queries.ts'
import {
  administratorFields,
  fixedFacts,
  installationFields,
  readAdministrator,
  readInstallation,
} from './setup-forms.ts'
import { isSetupOpen, nameFirstAdministrator, saveInstallationBySetupLink } from './setup-link.actions.ts'
import { setupSteps } from './setup-steps.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  installation: CurrentInstallation
  config: Readonly<{ baseUrl: string }>
}>

/** Set-up before anyone can sign in: anyone who has the one-time link names the installation and its first administrator. */
export async function setupBootstrapRoutes(
  app: App,
  { db, clock, installation, config: { baseUrl } }: Needs,
): Promise<void> {
  const config = { policy: 'public', rateLimit: { max: 60, timeWindow: '1 minute' } } as const
  const params = Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{27}$' }) })
  const optional = () => Type.Optional(text(300))

  app.get('/setup/:token', { config, schema: { params } }, async (request, reply) => {
    if (!(await isOpen(reply, request.params.token))) return linkEnded(reply)
    const kept = await findSetting(db, 'installation')
    return installationPage(reply, request.params.token, kept ?? {}, [])
  })

  app.post(
    '/setup/:token',
    {
      config,
      schema: {
        params,
        body: form({
          name: optional(),
          agency: optional(),
          contact_name: optional(),
          contact_email: optional(),
          contact_phone: optional(),
        }),
      },
    },
    async (request, reply) => {
      const { token } = request.params
      if (!(await isOpen(reply, token))) return linkEnded(reply)
      const read = readInstallation(request.body, dayOf(clock()))
      if (read.kind === 'problems')
        return installationPage(reply.status(422), token, request.body, read.problems)
      const answer = await saveInstallationBySetupLink(db, token, read.value, clock())
      if (answer.kind === 'link-ended') return linkEnded(reply)
      await installation.changed()
      return reply.redirect(`/setup/${token}/administrator`, 303)
    },
  )

  app.get('/setup/:token/administrator', { config, schema: { params } }, async (request, reply) => {
    const { token } = request.params
    if (!(await isOpen(reply, token))) return linkEnded(reply)
    if (!(await findSetting(db, 'installation'))) return reply.redirect(`/setup/${token}`, 303)
    return administratorPage(reply, token, {}, [])
  })

  app.post(
    '/setup/:token/administrator',
    { config, schema: { params, body: form({ name: optional(), email: optional() }) } },
    async (request, reply) => {
      const { token } = request.params
      if (!(await isOpen(reply, token))) return linkEnded(reply)
      const read = readAdministrator(request.body, dayOf(clock()))
      if (read.kind === 'problems')
        return administratorPage(reply.status(422), token, request.body, read.problems)
      const answer = await nameFirstAdministrator(db, token, read.value, clock())
      if (answer.kind === 'link-ended') return linkEnded(reply)
      return reply.redirect(answer.passwordToken ? `/link/${answer.passwordToken}` : '/sign-in', 303)
    },
  )

  const isOpen = (reply: FastifyReply, token: string) => {
    reply.header('referrer-policy', 'no-referrer')
    return isSetupOpen(db, token, clock())
  }

  const linkEnded = (reply: FastifyReply) =>
    reply
      .status(410)
      .page('admin/setup/link-ended', { title: 'This set-up link has ended', robots: 'noindex' })

  const installationPage = async (
    reply: FastifyReply,
    token: string,
    typed: Typed,
    errors: readonly Problem[],
  ) =>
    reply.page('admin/setup/step', {
      ...(await stepPage('installation')),
      title: 'What is this installation?',
      lead: 'This takes about 15 minutes in all. Each step is saved, and you can come back to it.',
      fields: installationFields(typed),
      fixed: fixedFacts(baseUrl),
      action: `/setup/${token}`,
      errors,
    })

  const administratorPage = async (
    reply: FastifyReply,
    token: string,
    typed: Typed,
    errors: readonly Problem[],
  ) =>
    reply.page('admin/setup/step', {
      ...(await stepPage('administrator')),
      title: 'Who is the first system administrator?',
      lead: 'You choose a password on the next page, then sign in and go on from there.',
      fields: administratorFields(typed),
      action: `/setup/${token}/administrator`,
      back: `/setup/${token}`,
      errors,
    })

  const stepPage = async (key: 'installation' | 'administrator') => ({
    steps: setupSteps(
      await findSetupFacts(db, {
        canMail: false,
        hasSecondFactor: false,
        approvedVersions: [],
        lastBackup: null,
      }),
    ),
    key,
    robots: 'noindex',
    hasConsole: false,
  })
}
