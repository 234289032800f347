import { keepOverviewDay } from '#server/oversight/licensing/overview.actions.ts'
import { findEmailLook } from './admin/branding/email-look.ts'
import { tellOffices } from './admin/watch/watch.actions.ts'
import { makeBackup } from './backup/backup.actions.ts'
import { catchUpCertificates, drawIssued } from './certificates/certificates/catch-up.actions.ts'
import { checkWholeRegister } from './certificates/certificates/register-check.actions.ts'
import { openDataKey, readKeysIfThere } from './certificates/credentials/key-file.ts'
import { issuerDid, signingKeyAt } from './certificates/credentials/keys.ts'
import { keepHead, LedgerAltered } from './certificates/credentials/ledger-heads.actions.ts'
import type { Config } from './config.ts'
import type { Catalogue } from './courses/catalogue/catalogue.ts'
import { checkLinks } from './courses/resources/link-check.actions.ts'
import type { Database } from './db/connection.ts'
import { runNow } from './jobs/enqueue.ts'
import { type JobData, type JobName, timetable } from './jobs/timetable.ts'
import { type Handlers, onlyTry } from './jobs/workers.ts'
import { sendAfterCare } from './learning/after-care/after-care.actions.ts'
import { tellOfChanges } from './learning/versions/tell-of-changes.actions.ts'
import { dayOf } from './lib/days.ts'
import type { Mail } from './lib/mail.ts'
import {
  accountMail,
  deliverAccountEmail,
  resendForgottenAccountEmails,
} from './notices/account-mail.actions.ts'
import { resendForgotten, summarize } from './notices/actions.ts'
import { type Delivery, deliverEmail } from './notices/delivery.actions.ts'
import { sweepDirectEmails } from './notices/direct-emails.actions.ts'
import { sendDelivery, sweepDeliveries } from './notices/webhooks/webhooks.actions.ts'
import { failLostPackets } from './oversight/packets/packet.actions.ts'
import { makePacket } from './oversight/packets/packet-making.actions.ts'
import { packetThreads } from './oversight/packets/packet-threads.ts'
import { mailResetLink } from './people/actions.ts'
import { createSessions } from './people/sessions.ts'
import { sweepPeople } from './people/sign-in/sign-in.actions.ts'
import { applyImport } from './programs/imports/import-apply.actions.ts'
import { checkImport } from './programs/imports/import-check.actions.ts'
import { failLostImports } from './programs/imports/import-job.actions.ts'
import { sweepImports } from './programs/imports/imports.actions.ts'
import { sendReminders } from './standings/reminders/reminders.actions.ts'
import { isMoot } from './standings/reminders/settle.actions.ts'
import { refreshStale, refreshStandings } from './standings/standings.actions.ts'
import {
  checkPastTrainings,
  savePastTrainings,
  sweepPastTrainings,
} from './training/past-trainings/past-trainings.actions.ts'
import { remindOfRequirements } from './training/program-requirements/requirement-reminders.actions.ts'
import { sweepFormKeys } from './web/form-keys.ts'

type Needs = Readonly<{
  db: Database
  /** Where the backup connects. */
  databaseUrl: string
  clock: () => Date
  mail: Mail
  catalogue: Catalogue
  config: Config
}>

/** The handler of each job in the timetable. It's safe to run one twice or on two servers at once. */
export const jobHandlers = (needs: Needs): Handlers => ({
  ...recordHandlers(needs),
  ...fileHandlers(needs),
  ...messageHandlers(needs),
  ...housekeeping(needs),
})

type Part<Name extends JobName> = Pick<Handlers, Name>
type RecordJob =
  | 'refresh-standings'
  | 'draw-certificate'
  | 'draw-certificates'
  | 'sign-ledger-head'
  | 'keep-overview'
  | 'make-backup'
type FileJob =
  | 'check-import'
  | 'apply-import'
  | 'check-past-trainings'
  | 'record-past-trainings'
  | 'make-packet'
type MessageJob =
  | 'send-email'
  | 'send-account-email'
  | 'send-reset-link'
  | 'send-webhook'
  | 'send-reminders'
  | 'send-after-care'
  | 'tell-offices'

const recordHandlers = ({ db, databaseUrl, clock, mail, config }: Needs): Part<RecordJob> => ({
  'refresh-standings': () => refreshStale(db, dayOf(clock())),
  'draw-certificate': ({ certificate }) => drawIssued(db, String(certificate), config.keysFile, clock()),
  'draw-certificates': async () => {
    const threads = packetThreads()
    try {
      await catchUpCertificates(db, { issuer: config, keysFile: config.keysFile, threads }, clock())
    } finally {
      await threads.close()
    }
  },
  'sign-ledger-head': async () => {
    const needs = {
      config,
      mail: mail && accountMail(dataKeyOf(config, clock)),
      checkRegister: checkWholeRegister,
    }
    try {
      await keepHead(db, needs, clock())
    } catch (error) {
      // What was found is kept already. Administrators hear of it within seconds.
      if (error instanceof LedgerAltered) await db.transaction().execute((trx) => runNow(trx, 'tell-offices'))
      throw error
    }
  },
  'keep-overview': async () => {
    await refreshStale(db, dayOf(clock()))
    await keepOverviewDay(db, dayOf(clock()))
  },
  'make-backup': async () => {
    const { backupDir: folder, backupKeep: keep } = config
    if (folder) await makeBackup(databaseUrl, config, { folder, keep }, clock())
  },
})

const fileHandlers = ({ db, clock, config }: Needs): Part<FileJob> => ({
  'check-import': (data, run = onlyTry) => checkImport(db, importOf(data), run, clock()),
  'apply-import': (data, run = onlyTry) =>
    applyImport(
      { db, afterChange: (trx, people, now) => refreshStandings(trx, people, dayOf(now)) },
      importOf(data),
      run,
      clock(),
    ),
  'check-past-trainings': (data, run = onlyTry) => checkPastTrainings(db, importOf(data), run, clock()),
  'record-past-trainings': (data, run = onlyTry) => savePastTrainings(db, importOf(data), run, clock()),
  'make-packet': ({ packet }, run = onlyTry) => makePacket({ db, clock, ...config }, String(packet), run),
})

const messageHandlers = ({ db, clock, mail, catalogue, config }: Needs): Part<MessageJob> => ({
  'send-email': async ({ notice }) => {
    const isMootToday: Delivery['isMoot'] = (trx, one) => isMoot(trx, one, dayOf(clock()))
    const delivery = { mail, baseUrl: config.baseUrl, look: await findEmailLook(db), isMoot: isMootToday }
    await deliverEmail(db, delivery, String(notice), clock())
  },
  'send-account-email': async ({ email }, { isLastTry } = onlyTry) =>
    deliverAccountEmail(
      db,
      { mail, dataKey: dataKeyOf(config, clock), baseUrl: config.baseUrl, isLastTry },
      Number(email),
      clock(),
    ),
  'send-reset-link': async ({ email, key }) =>
    mailResetLink(
      db,
      { email: String(email), key: String(key) },
      { mail: accountMail(dataKeyOf(config, clock)), baseUrl: config.baseUrl },
    ),
  'send-webhook': async ({ delivery }) => {
    const { retries } = timetable['send-webhook']
    const settings = { allowsPrivate: config.allowsPrivateWebhooks, retries }
    await sendDelivery(db, settings, String(delivery), clock())
  },
  'send-reminders': async () => {
    await refreshStale(db, dayOf(clock()))
    const own = await remindOfRequirements(db, clock())
    await sendReminders(db, config.escalation, clock(), own)
    await tellOfChanges(db, catalogue, dayOf(clock()))
    await summarize(db, clock())
    await resendForgotten(db)
    await resendForgottenAccountEmails(db)
  },
  'send-after-care': () => sendAfterCare(db, catalogue, clock()),
  'tell-offices': async () => {
    const keys = await readKeysIfThere(config.keysFile)
    const key = keys && signingKeyAt(keys, issuerDid(config.baseUrl), clock())
    const keySince = key ? dayOf(new Date(key.valid_from)) : null
    await tellOffices(db, { catalogue, keySince }, clock())
  },
})

const dataKeyOf = (config: Config, clock: () => Date) => () =>
  openDataKey(config.keysFile, issuerDid(config.baseUrl), clock())

const importOf = (data: JobData) => ({
  importId: String(data.import),
  personId: String(data.person),
  confirmedBy: data.confirmed_by ? String(data.confirmed_by) : undefined,
})

const housekeeping = ({ db, clock, catalogue, config }: Needs): Part<'sweep-sign-ins' | 'check-links'> => ({
  'sweep-sign-ins': async () => {
    const limits = { idleMinutes: config.sessionIdleMinutes, hours: config.sessionHours }
    await sweepPeople(db, createSessions(db, limits))
    await sweepDeliveries(db)
    await sweepFormKeys(db)
    await sweepDirectEmails(db)
    await sweepImports(db)
    await sweepPastTrainings(db)
    await failLostImports(db)
    await failLostPackets(db)
  },
  'check-links': async (_data, { signal } = onlyTry) => {
    if (!config.checksLinks) return
    const { allowsPrivateWebhooks: allowsPrivate, baseUrl } = config
    const checking = { allowsPrivate, baseUrl, signal, pauseMilliseconds: 3000 }
    await checkLinks(db, catalogue.resources, checking, clock())
  },
})
