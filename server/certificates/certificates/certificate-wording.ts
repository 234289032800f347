import type { CertificateFacts, CompletedModule } from '#server/certificates/facts.ts'
import { dayOf, formatDay } from '#server/lib/days.ts'

/** Every sentence on a certificate, in reading order. */
export type CertificateText = Readonly<{
  issuer: string
  title: string
  lead: string
  name: string
  completion: string
  course: string
  modulesHeading: string
  modules: readonly Readonly<{ label: string; title: string; completed: string }>[]
  detailsHeading: string
  details: readonly Readonly<{ label: string; value: string }>[]
  approval: readonly string[]
  number: string
  note: string
  check: string
  address: string
}>

export function certificateText(facts: CertificateFacts): CertificateText {
  return {
    issuer: facts.issuer_name,
    title: 'Certificate of completion',
    lead: 'This certifies that',
    name: facts.person_name,
    completion: completionSentence(facts),
    course: facts.course_title,
    modulesHeading: 'Modules completed',
    modules: facts.modules.map((module) => ({
      label: `${module.number}.`,
      title: module.title,
      completed: formatDay(module.completed_on),
    })),
    detailsHeading: 'Record at completion',
    details: details(facts),
    approval: approval(facts),
    number: `Certificate ${facts.certificate_number}, issued ${formatDay(dayOf(facts.issued_at))}`,
    note: facts.note,
    check: 'Check this certificate at',
    address: facts.verify_url,
  }
}

function completionSentence({ kind, modules }: CertificateFacts): string {
  const as = { initial: ', as initial training,', annual: ', as annual training,', course: '' }[kind]
  return `has completed${as} ${partsOf(modules)}the course`
}

function partsOf(modules: readonly CompletedModule[]): string {
  const words = ['', '', 'both', 'all three', 'all four', 'all five', 'all six', 'all seven', 'all eight']
  if (modules.length < 2) return ''
  return `${words[modules.length] ?? `all ${modules.length}`} modules of `
}

function details(facts: CertificateFacts): CertificateText['details'] {
  const { program } = facts
  return [
    { label: 'Completed', value: formatDay(facts.completed_on) },
    { label: 'Course length', value: courseLength(facts.hours) },
    { label: 'Course version', value: `${facts.course_version}, content ${fingerprint(facts.course_hash)}` },
    { label: 'Law', value: facts.statute },
    ...(program
      ? [
          { label: 'Program', value: program.name },
          ...(program.license_number
            ? [
                { label: 'License', value: `${program.license_number}-${program.license_type}` },
                { label: 'License holder', value: program.holder },
              ]
            : []),
        ]
      : []),
  ]
}

/** The planned length of what was completed. How long this person took isn't known from it. */
export const courseLength = (hours: number): string => `${hours} ${hours === 1 ? 'hour' : 'hours'}`

function approval({ approval, course_version }: CertificateFacts): readonly string[] {
  if (!approval) return ['This version of the course has no recorded approval of the commissioner.']
  const { authority, reference, approved_on, effective_on, carried_from, demonstration } = approval
  const from =
    effective_on && effective_on !== approved_on ? `, in effect from ${formatDay(effective_on)}` : ''
  return [
    `Approved by ${authority}, reference ${reference}, on ${formatDay(approved_on)}${from}.`,
    ...(carried_from
      ? [
          `The approval is of version ${carried_from}; version ${course_version} changes wording, not meaning.`,
        ]
      : []),
    ...(demonstration ? ['Demonstration record: not a real approval.'] : []),
  ]
}

/** The first 64 bits in four groups, for people to compare. */
function fingerprint(hash: string): string {
  return (
    hash
      .slice(0, 16)
      .match(/.{1,4}/g)
      ?.join(' ') ?? ''
  )
}
