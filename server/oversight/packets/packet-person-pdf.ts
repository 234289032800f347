import type { RequirementId } from '#server/law/facts/ruleset.ts'
import { dayOf, formatDay } from '#server/lib/days.ts'
import type { FlowingDocument } from '#server/paper/flowing-document.ts'
import type { RecordedPeriod } from '#server/programs/recorded-period.ts'
import { lateEntryDays, type PacketPerson } from './packet-content.ts'
import { inNumbers } from './packet-dates.ts'
import type { PersonSentences } from './packet-sentences.ts'

/** A person’s sentences are as small as the tables’ cells, so that three people fit on a page. */
const small = (doc: FlowingDocument, text: string) => doc.paragraph(text, { size: 8.5, wide: true })

/** The pages about one person. */
export function drawPerson(doc: FlowingDocument, person: PacketPerson, told: PersonSentences): void {
  doc.section(null)
  // Keeps the heading and the first standing together on a page.
  doc.need(100)
  doc.heading(3, person.name, 'within')
  doc.section(person.name)
  if (person.is_confidential)
    small(doc, 'Confidential: do not share where this person works outside this program and licensing.')
  drawWork(doc, person)
  if (told.shared.length > 0) small(doc, told.shared.join(' '))
  drawStandings(doc, person, told.own)
  for (const gap of person.gaps) small(doc, `Gap, ${gap.title}: ${gap.words}.`)
  if (person.certificates.length > 0) drawCertificates(doc, person)
  if (person.outside.length > 0) drawOutsideTraining(doc, person)
  if (person.late.length > 0)
    small(doc, `Entered more than ${lateEntryDays} days late. ${inNumbers(person.late.join(' '))}`)
  if (person.corrections.length > 0) small(doc, `Corrections. ${person.corrections.join(' ')}`)
}

function drawWork(doc: FlowingDocument, person: PacketPerson): void {
  for (const work of person.work) {
    const contact = work.contact.map(daysWords)
    const leave = work.leave.map(daysWords)
    const facts = [
      `${work.role_title || 'Role not on record'}, ${work.worker_type}`,
      `hired ${formatDay(work.hired_on)}${work.separated_on ? `, last day ${formatDay(work.separated_on)}` : ''}`,
      work.duties_from === null
        ? `direct contact: ${contact.join('; ') || 'none on record'}`
        : `child-protection duties from ${formatDay(work.duties_from)}${work.duties_to ? ` to ${formatDay(work.duties_to)}` : ''}`,
      ...(leave.length > 0 ? [`leave: ${leave.join('; ')}`] : []),
    ]
    small(
      doc,
      `${facts.join('. ').replace(/\. ([a-z])/g, (_, letter: string) => `. ${letter.toUpperCase()}`)}.`,
    )
  }
}

const daysWords = ({ from_on, to_on }: RecordedPeriod) =>
  `${formatDay(from_on)} ${to_on ? `to ${formatDay(to_on)}` : 'on'}`

/** What narrow columns call each requirement. “Rules applied” has its whole title. */
export const shortNames: Readonly<Record<RequirementId, string>> = {
  'residential-initial': 'Initial',
  'residential-annual': 'Annual',
  'child-protection-trafficking': 'Trafficking',
  'child-protection-foundation': 'Foundation',
  'annual-hours': 'Hours',
}

function drawStandings(doc: FlowingDocument, person: PacketPerson, own: PersonSentences['own']): void {
  doc.table(
    `Standing of ${person.name}`,
    [
      { heading: 'Training', width: 11 },
      { heading: 'Standing', width: 34 },
      { heading: 'Rule', width: 5 },
      { heading: 'Why', width: 76 },
    ],
    person.requirements.map((one, index) => [
      shortNames[one.requirement],
      `${one.words}.`,
      one.rule,
      (own[index] ?? []).join(' '),
    ]),
  )
}

function drawCertificates(doc: FlowingDocument, person: PacketPerson): void {
  const [only, ...others] = person.certificates
  if (only && others.length === 0) drawOneCertificate(doc, only)
  else drawCertificateTable(doc, person)
  for (const { number, facts } of person.certificates)
    if (facts.note !== '') small(doc, `${number}: ${facts.note}`)
}

/** The course’s title is in the sentence about its completion. */
function drawOneCertificate(doc: FlowingDocument, certificate: PacketPerson['certificates'][number]): void {
  const { number, facts, issued_at, status, replaced_by } = certificate
  small(
    doc,
    `Certificate ${number}, ${status}${replaced_by ? `, replaced by ${replaced_by}` : ''}: version ${facts.course_version}, course length ${facts.hours} hours, completed ${formatDay(facts.completed_on)}, issued ${formatDay(dayOf(issued_at))}.`,
  )
}

function drawCertificateTable(doc: FlowingDocument, person: PacketPerson): void {
  doc.table(
    `Certificates of ${person.name}`,
    [
      { heading: 'Certificate', width: 12 },
      { heading: 'Course and version', width: 40 },
      { heading: 'Completed', width: 16 },
      { heading: 'Course hours', width: 8 },
      { heading: 'Issued', width: 16 },
      { heading: 'Status', width: 16 },
    ],
    person.certificates.map(({ number, facts, issued_at, status, replaced_by }) => [
      number,
      `${facts.course_title}, version ${facts.course_version}`,
      formatDay(facts.completed_on),
      String(facts.hours),
      formatDay(dayOf(issued_at)),
      `${status}${replaced_by ? `, replaced by ${replaced_by}` : ''}`,
    ]),
  )
}

function drawOutsideTraining(doc: FlowingDocument, person: PacketPerson): void {
  doc.table(
    `Outside training of ${person.name}`,
    [
      { heading: 'Outside training', width: 24 },
      { heading: 'Source', width: 18 },
      { heading: 'Completed', width: 14 },
      { heading: 'Hours', width: 8 },
      { heading: 'Topics', width: 28 },
      { heading: 'How learning was assessed', width: 22 },
      { heading: 'Decision', width: 16 },
    ],
    person.outside.map((one) => [
      `${one.title}${one.code ? ` (${one.code})` : ''}`,
      one.provider || 'Not given',
      formatDay(one.completed_on),
      one.hours === null ? 'Not given' : String(one.hours),
      one.topics || 'Not given',
      one.mastery || 'Not given',
      `${one.is_accepted === null ? 'Not decided' : one.is_accepted ? 'Accepted' : 'Declined'}${one.is_certificate_verified ? ', certificate verified' : ''}`,
    ]),
  )
}
