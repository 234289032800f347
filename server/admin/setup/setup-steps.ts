import type { LastBackup } from '#server/backup/last-backup.ts'
import { instant } from '#server/web/words.ts'
import type { BackupSetting, Installation, MailSetting } from './settings.queries.ts'

const setupStepKeys = [
  'installation',
  'administrator',
  'second-factor',
  'mail',
  'backups',
  'programs',
  'people',
  'approvals',
] as const

export type SetupStepKey = (typeof setupStepKeys)[number]

export type SetupFacts = Readonly<{
  installation: Installation | null
  mail: MailSetting | null
  backups: BackupSetting | null
  canMail: boolean
  administrators: number
  hasSecondFactor: boolean
  programs: number
  programs_without_administrator: number
  licensing_staff: number
  reviewers: number
  /** Null where none was written to BACKUP_DIR yet. */
  lastBackup: LastBackup | 'made elsewhere' | null
  /** Course versions with an approval in force, as titles. */
  approvedVersions: readonly string[]
}>

export type SetupStep = Readonly<{
  key: SetupStepKey
  title: string
  isDone: boolean
  /** What is done, or what is left, in a sentence. */
  words: string
}>

/** The steps from an empty database to the first certificate that counts: each is done when the facts say so. */
export function setupSteps(facts: SetupFacts): readonly SetupStep[] {
  return [
    step('installation', 'Your installation', facts.installation !== null, {
      done: facts.installation ? `${facts.installation.name}, ${facts.installation.agency}.` : '',
      left: 'Say what this installation is called and who runs it.',
    }),
    step('administrator', 'First system administrator', facts.administrators > 0, {
      done:
        facts.administrators === 1
          ? 'One account. A second one covers vacations.'
          : `${facts.administrators} accounts.`,
      left: 'Create the first account.',
    }),
    step('second-factor', 'Second factor', facts.hasSecondFactor, {
      done: 'Your account asks for more than a password.',
      left: 'Protect your account with a passkey or an authenticator app.',
    }),
    mailStep(facts),
    backupsStep(facts),
    step('programs', 'License holders and programs', facts.programs > 0, {
      done: `${facts.programs} ${facts.programs === 1 ? 'program' : 'programs'} on record.`,
      left: 'Add the first license holder and its programs.',
    }),
    peopleStep(facts),
    step('approvals', 'Course approvals', facts.approvedVersions.length > 0, {
      done: `Approval recorded for ${facts.approvedVersions.join(', ')}.`,
      left: 'No course version has an approval on record. Until one has, a completed course does not clear anyone.',
    }),
  ]
}

function mailStep({ mail, canMail }: SetupFacts): SetupStep {
  const isDone = mail?.choice === 'none' || (mail?.choice === 'server' && canMail)
  return step('mail', 'Email', isDone, {
    done:
      mail?.choice === 'server'
        ? `A test message arrived at ${mail.tested_to}.`
        : 'No email: links are handed over on paper.',
    left: canMail ? 'Send a test message.' : 'Choose how links and reminders reach people.',
  })
}

function backupsStep({ backups, lastBackup }: SetupFacts): SetupStep {
  const written =
    lastBackup && lastBackup !== 'made elsewhere'
      ? ` The last one was written ${instant(lastBackup.at)}.`
      : ''
  const tested = backups?.restored_on ? '' : ' A restore has not been tested yet.'
  return step('backups', 'Backups', backups !== null && lastBackup !== null, {
    done: `To ${backups?.where}.${written}${tested}`,
    left: backups
      ? 'No backup has been written to BACKUP_DIR yet. One is made every night, or run it now on the jobs page.'
      : 'Decide where backups go and who checks them.',
  })
}

function peopleStep(facts: SetupFacts): SetupStep {
  const missing = [
    facts.programs === 0 || facts.programs_without_administrator > 0
      ? facts.programs === 0
        ? 'a program administrator'
        : `an administrator for ${facts.programs_without_administrator} of ${facts.programs} programs`
      : '',
    facts.licensing_staff === 0 ? 'licensing staff' : '',
    facts.reviewers < 2 ? 'two content reviewers' : '',
  ].filter(Boolean)
  return step('people', 'First administrators, licensing staff and reviewers', missing.length === 0, {
    done: 'Every program has an administrator, and licensing staff and reviewers have signed in.',
    left: `Still missing: ${missing.join(', ')}. Someone counts once they have set their password.`,
  })
}

const step = (
  key: SetupStepKey,
  title: string,
  isDone: boolean,
  words: Readonly<{ done: string; left: string }>,
): SetupStep => ({ key, title, isDone, words: isDone ? words.done : words.left })
