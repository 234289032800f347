import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { findLastBackup } from '#server/backup/last-backup.ts'
import { listApprovals } from '#server/courses/catalogue/approvals.queries.ts'
import { dayOf } from '#server/lib/days.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { listProgramsOf } from '#server/programs/queries.ts'
import { isEmail, type Typed, typedDay } from '#server/programs/typed-form.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { approvedVersions } from './approved-versions.ts'
import type { CurrentInstallation } from './current-installation.ts'
import { findSetting } from './settings.queries.ts'
import { saveStep, sendTestMessage } from './setup.actions.ts'
import { backupFields, fixedFacts, installationFields, readBackups, readInstallation } from './setup-forms.ts'
import { findSetupSteps, type SetupSources } from './setup-progress.ts'
import type { SetupStepKey } from './setup-steps.ts'

type Needs = SetupSources &
  Readonly<{
    installation: CurrentInstallation
    config: Readonly<{ baseUrl: string; dataDir: string; keysFile: string; databaseUrl: string | undefined }>
  }>

/** The steps of set-up for a signed-in system administrator. They stay open: each can be changed later. */
export async function setupRoutes(app: App, needs: Needs): Promise<void> {
  const { db, catalogue, directMail: mail, clock, config, installation } = needs
  const administrators = { policy: ['system_admin'] } as const
  const optional = () => Type.Optional(text(300))
  const acting = (request: FastifyRequest) => ({ viewer: viewerOf(request), now: clock() })

  app.get('/admin/setup', { config: administrators }, async (request, reply) =>
    reply.page('admin/setup/overview', {
      title: 'Set-up',
      tab: 'setup',
      steps: await findSetupSteps(needs, viewerOf(request)),
    }),
  )

  app.get('/admin/setup/installation', { config: administrators }, async (request, reply) =>
    installationPage(request, reply, (await findSetting(db, 'installation')) ?? {}, []),
  )

  app.post(
    '/admin/setup/installation',
    {
      config: administrators,
      schema: {
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
      const read = readInstallation(request.body, dayOf(clock()))
      if (read.kind === 'problems')
        return installationPage(request, reply.status(422), request.body, read.problems)
      await saveStep(db, acting(request), 'installation', read.value)
      await installation.changed()
      return next(reply, 'second-factor')
    },
  )

  app.get('/admin/setup/administrator', { config: administrators }, async (_request, reply) =>
    reply.redirect('/admin/people?role=system_admin', 303),
  )

  app.get('/admin/setup/second-factor', { config: administrators }, async (request, reply) =>
    reply.page('admin/setup/step', {
      ...(await stepPage(request, 'second-factor')),
      title: 'Protect your account',
      lead: 'A system administrator’s password alone is not enough: anyone who learns it could change every account.',
      content: 'second-factor',
    }),
  )

  app.get('/admin/setup/mail', { config: administrators }, async (request, reply) =>
    mailPage(request, reply, {}),
  )

  app.post(
    '/admin/setup/mail',
    { config: administrators, schema: { body: form({ choice: optional(), to: optional() }) } },
    async (request, reply) => {
      const to = (request.body.to ?? '').trim().toLowerCase()
      if (request.body.choice === 'none') {
        await saveStep(db, acting(request), 'mail', { choice: 'none' })
        return next(reply, 'backups')
      }
      const again = (field: string, message: string) =>
        mailPage(request, reply.status(422), { typed: request.body, errors: [{ field, message }] })
      if (request.body.choice !== 'server')
        return again('choice', 'Choose how links and reminders reach people.')
      if (!mail)
        return again('choice', 'No mail server is set up. Set SMTP_URL, start again, and come back here.')
      if (!isEmail(to)) return again('to', 'Enter an email address that you can read.')
      const sent = await sendTestMessage(mail, to, config.baseUrl)
      if (sent.kind === 'not-sent') return again('to', `${sent.why} Nothing was saved.`)
      await saveStep(db, acting(request), 'mail', {
        choice: 'server',
        tested_at: clock().toISOString(),
        tested_to: to,
      })
      return mailPage(request, reply, { sentTo: to })
    },
  )

  app.get('/admin/setup/backups', { config: administrators }, async (request, reply) => {
    const kept = await findSetting(db, 'backups')
    const typed = kept ? { ...kept, restored_on: typedDay(kept.restored_on) } : {}
    return backupsPage(request, reply, typed, [])
  })

  app.post(
    '/admin/setup/backups',
    {
      config: administrators,
      schema: {
        body: form({ where: Type.Optional(text(400)), keeper: optional(), restored_on: optional() }),
      },
    },
    async (request, reply) => {
      const read = readBackups(request.body, dayOf(clock()))
      if (read.kind === 'problems')
        return backupsPage(request, reply.status(422), request.body, read.problems)
      await saveStep(db, acting(request), 'backups', read.value)
      return next(reply, 'programs')
    },
  )

  app.get('/admin/setup/programs', { config: administrators }, async (request, reply) => {
    const { programs, total } = await listProgramsOf(db, viewerOf(request), dayOf(clock()), { size: 10 })
    return reply.page('admin/setup/step', {
      ...(await stepPage(request, 'programs')),
      title: 'Which programs does it serve?',
      lead: 'A licensed program is one site. Add them one by one, or send the licensing look-up’s CSV file.',
      content: 'programs',
      programs,
      total,
    })
  })

  app.get('/admin/setup/people', { config: administrators }, async (request, reply) =>
    reply.page('admin/setup/step', {
      ...(await stepPage(request, 'people')),
      title: 'Who begins?',
      lead: 'Every program needs an administrator, who adds its staff. Licensing staff review programs, and content reviewers record course approvals.',
      content: 'people',
    }),
  )

  app.get('/admin/setup/approvals', { config: administrators }, async (request, reply) => {
    const courses = [...catalogue.courses.values()].map(({ current }) => current)
    const approved = approvedVersions(catalogue, await listApprovals(db, dayOf(clock())))
    return reply.page('admin/setup/step', {
      ...(await stepPage(request, 'approvals')),
      title: 'Which course versions are approved?',
      lead: 'The commissioner approves a course for the residential rule. One content reviewer records the approval with its document, and a second one confirms it.',
      content: 'approvals',
      courses: courses.map(({ title, version, hash }) => ({
        title,
        version,
        isApproved: approved.some((one) => one.hash === hash),
      })),
    })
  })

  const installationPage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    typed: Typed,
    errors: readonly Problem[],
  ) =>
    reply.page('admin/setup/step', {
      ...(await stepPage(request, 'installation')),
      title: 'What is this installation?',
      lead: 'Its name appears at the top of every page, and its contact at the bottom.',
      fields: installationFields(typed),
      fixed: fixedFacts(config.baseUrl),
      errors,
    })

  const mailPage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    {
      typed = {},
      errors = [],
      sentTo = null,
    }: { typed?: Typed; errors?: readonly Problem[]; sentTo?: string | null },
  ) =>
    reply.page('admin/setup/step', {
      ...(await stepPage(request, 'mail')),
      title: 'How should we send email?',
      lead: 'We send links to set a password, and reminders. You can change this later.',
      content: 'mail',
      canMail: Boolean(mail),
      choice: typed.choice ?? (await findSetting(db, 'mail'))?.choice ?? '',
      to: typed.to ?? viewerOf(request).email,
      sentTo,
      errors,
    })

  const backupsPage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    typed: Typed,
    errors: readonly Problem[],
  ) =>
    reply.page('admin/setup/step', {
      ...(await stepPage(request, 'backups')),
      title: 'Where do backups go?',
      lead: 'Records must outlast this machine. Two things belong in a backup, kept apart from each other.',
      content: 'backups',
      database: config.databaseUrl ? 'the database at DATABASE_URL' : `the folder ${config.dataDir}`,
      keysFile: config.keysFile,
      backupDir: config.backupDir ?? null,
      lastBackup: config.backupDir ? await findLastBackup(config.backupDir) : null,
      fields: backupFields(typed),
      errors,
    })

  async function stepPage(request: FastifyRequest, key: SetupStepKey) {
    return { steps: await findSetupSteps(needs, viewerOf(request)), key, hasConsole: true }
  }

  const next = (reply: FastifyReply, key: SetupStepKey) => reply.redirect(`/admin/setup/${key}`, 303)
}
