import type { Day } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { isEmail, type Reader, reader, type Typed } from '#server/programs/typed-form.ts'
import type { BackupSetting, Installation } from './settings.queries.ts'

type Read<Value> = { kind: 'read'; value: Value } | { kind: 'problems'; problems: readonly Problem[] }

export function readInstallation(typed: Typed, today: Day): Read<Installation> {
  const form = reader(typed, today)
  const value = {
    name: form.line('name', 'Enter a name for this installation.', 80),
    agency: form.line('agency', 'Enter the agency or organization that runs it.'),
    contact_name: form.line('contact_name', 'Enter who people can ask.'),
    contact_email: emailOf(form, 'contact_email', 'Enter an email that people can write to.'),
    contact_phone: form.line('contact_phone', undefined, 40),
  }
  return answerOf(form.problems, value)
}

export function readAdministrator(typed: Typed, today: Day): Read<Readonly<{ name: string; email: string }>> {
  const form = reader(typed, today)
  const value = {
    name: form.line('name', 'Enter your name.'),
    email: emailOf(form, 'email', 'Enter your email. You sign in with it.'),
  }
  return answerOf(form.problems, value)
}

export function readBackups(typed: Typed, today: Day): Read<BackupSetting> {
  const form = reader(typed, today)
  const value = {
    where: form.line('where', 'Enter where backups go.', 300),
    keeper: form.line('keeper', 'Enter who checks that backups are made.'),
    restored_on: form.day('restored_on'),
  }
  if (value.restored_on && value.restored_on > today)
    form.refuse('restored_on', 'This day has not come yet. Leave it empty until a restore was tested.')
  return answerOf(form.problems, value)
}

function emailOf(form: Reader, field: string, missing: string): string {
  const text = form.line(field, missing, 254).toLowerCase()
  if (text !== '' && !isEmail(text)) form.refuse(field, `“${text}” is not an email address.`)
  return text
}

const answerOf = <Value>(problems: readonly Problem[], value: Value): Read<Value> =>
  problems.length > 0 ? { kind: 'problems', problems } : { kind: 'read', value }

export const installationFields = (typed: Typed) => [
  {
    name: 'name',
    label: 'Name of this installation',
    hint: 'It appears at the top of every page. Keep it neutral: others may see the screen.',
    value: typed.name ?? '',
  },
  {
    name: 'agency',
    label: 'Agency or organization',
    hint: 'Who runs this installation',
    value: typed.agency ?? '',
  },
  {
    name: 'contact_name',
    label: 'Contact',
    hint: 'A person or an office that people can ask',
    value: typed.contact_name ?? '',
  },
  { name: 'contact_email', label: 'Contact email', type: 'email', value: typed.contact_email ?? '' },
  {
    name: 'contact_phone',
    label: 'Contact phone',
    required: false,
    size: 'medium',
    value: typed.contact_phone ?? '',
  },
]

export const administratorFields = (typed: Typed) => [
  { name: 'name', label: 'Your name', value: typed.name ?? '', autocomplete: 'name' },
  {
    name: 'email',
    label: 'Your email',
    hint: 'You sign in with it. Use your own, not one that several people share.',
    type: 'email',
    value: typed.email ?? '',
    autocomplete: 'email',
  },
]

export const backupFields = (typed: Typed) => [
  {
    name: 'where',
    label: 'Where do backups go?',
    hint: 'Such as: the county’s backup service, nightly, kept 35 days',
    value: typed.where ?? '',
  },
  {
    name: 'keeper',
    label: 'Who checks that they are made?',
    hint: 'A person or an office',
    value: typed.keeper ?? '',
  },
  {
    name: 'restored_on',
    label: 'A restore was last tested on',
    hint: 'Like 3/15/2025. A backup is only known to work once it has been restored.',
    required: false,
    size: 'small',
    value: typed.restored_on ?? '',
  },
]

/** What is set outside these pages, and why. */
export const fixedFacts = (baseUrl: string) => [
  { name: 'Address', value: baseUrl, note: 'BASE_URL. Certificates carry it, so choose it for good.' },
  {
    name: 'Time zone',
    value: 'Central time',
    note: 'The law counts calendar days in Minnesota, so this can’t be changed.',
  },
]
