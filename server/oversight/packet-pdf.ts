import { setImmediate } from 'node:timers/promises'
import { dayOf, formatDay, formatTime } from '#server/lib/days.ts'
import { lateEntryDays, type PacketContent, type PacketHead, type PacketPerson } from './packet-content.ts'
import type { SignedManifest } from './packet-manifest.ts'
import { type Paper, paper } from './packet-paper.ts'
import { samplingWords } from './packet-sample.ts'
import { contactWords } from './review-people.ts'

/** The packet to read and to print. Takes its turns with other work: a page of five hundred people is long. */
export async function drawPacket(content: PacketContent, manifest: SignedManifest): Promise<Uint8Array> {
  const { head, people } = content
  const { program } = head.card
  const title = `Review packet, ${program.name}, ${head.from_on} to ${head.to_on}`
  const doc = paper(title, `${program.name}, review ${head.review}, packet ${head.code}`, head.made_at)
  drawFront(doc, head, people)
  drawRoster(doc, people)
  for (const person of people) {
    drawPerson(doc, person)
    await setImmediate()
  }
  drawRules(doc, content)
  drawManifest(doc, head, manifest)
  return doc.finish()
}

function drawFront(doc: Paper, head: PacketHead, people: readonly PacketPerson[]): void {
  const { card } = head
  doc.newPage()
  doc.heading(1, `Review packet: ${card.program.name}`)
  const missed = people.filter(({ gaps }) => gaps.length > 0).length
  doc.paragraph(
    `${peopleWords(people.length)}, ${formatDay(head.from_on)} to ${formatDay(head.to_on)}; ${missed === 0 ? 'none of them has a gap in that time' : `${missed} of them with gaps in that time`}. Standings are as of ${formatDay(head.to_on)}, as was known when this packet was made.`,
    { size: 11 },
  )
  const spell = (from: string, to: string | null) => `${formatDay(from)} ${to ? `to ${formatDay(to)}` : 'on'}`
  const checked = (on: string | null) =>
    on ? `last checked ${formatDay(on)}` : 'never checked against the licensing record'
  doc.table(
    'What this packet is about',
    [
      { heading: 'What', width: 1 },
      { heading: 'On record', width: 4 },
    ],
    [
      ...(card.license ? [['License', `${card.license}${card.authority ? `, ${card.authority}` : ''}`]] : []),
      ['License holder', card.program.holder],
      ...(card.program.place ? [['Place', card.program.place]] : []),
      ...card.statuses.map((one) => [
        'License status',
        `${one.word}, ${one.may_operate ? 'may operate' : 'may not operate'}: ${spell(one.from_on, one.to_on)}; ${checked(one.checked_on)}`,
      ]),
      ...card.certifications.map((one) => [
        'Certification',
        `${one.word}: ${spell(one.from_on, one.to_on)}; ${checked(one.checked_on)}`,
      ]),
      ['Review', `${head.review}: ${head.purpose}`],
      ['Asked for by', head.requested_by],
      ['Made', `${formatDay(dayOf(head.made_at))}, ${formatTime(head.made_at)}, by ${head.issuer_name}`],
      [
        'People',
        head.sample_size === null
          ? `Everybody on the roster on any day of the period: ${head.population}`
          : `A sample of ${people.length} of ${head.population} people on the roster on any day of the period. Seed: ${head.seed}. ${samplingWords}`,
      ],
      ['Check this packet', `${head.verify_url} (code ${head.code})`],
    ],
  )
  doc.paragraph(
    'This packet speaks of the training on trafficking and exploitation alone, as recorded in this system. It says nothing of background studies or any other duty.',
    { quiet: true },
  )
}

function drawRoster(doc: Paper, people: readonly PacketPerson[]): void {
  doc.heading(2, 'Roster')
  doc.table(
    'Everybody in this packet, with dates and standing',
    [
      { heading: 'Name', width: 17 },
      { heading: 'Role', width: 13 },
      { heading: 'Hired', width: 12 },
      { heading: 'Direct contact', width: 15 },
      { heading: 'Standing at the end of the period', width: 30 },
      { heading: 'Certificates', width: 12 },
      { heading: 'Gaps', width: 10 },
    ],
    people.map((person) => [
      person.name,
      person.role_title,
      `${formatDay(person.hired_on)}${person.separated_on ? `, last day ${formatDay(person.separated_on)}` : ''}`,
      `${contactWords[person.contact]}${person.contact_since ? `, since ${formatDay(person.contact_since)}` : ''}`,
      person.requirements.map(({ title, words }) => `${title}: ${words}.`).join(' '),
      person.certificates
        .map(({ number, status }) => (status === 'valid' ? number : `${number} (${status})`))
        .join(', ') || 'None',
      person.gaps
        .map(({ length, open }) => `${length} ${length === 1 ? 'day' : 'days'}${open ? ' so far' : ''}`)
        .join(', ') || 'None',
    ]),
  )
}

function drawPerson(doc: Paper, person: PacketPerson): void {
  doc.need(150)
  doc.heading(2, person.name)
  if (person.is_confidential)
    doc.paragraph(
      'Confidential: where this person works is not to be told outside this program and licensing.',
    )
  for (const work of person.work) {
    const contact = work.contact.map(
      ({ from_on, to_on }) => `${formatDay(from_on)} ${to_on ? `to ${formatDay(to_on)}` : 'on'}`,
    )
    const leave = work.leave.map(
      ({ from_on, to_on }) => `${formatDay(from_on)} ${to_on ? `to ${formatDay(to_on)}` : 'on'}`,
    )
    const facts = [
      `${work.role_title || 'Role not on record'}, ${work.worker_type}`,
      `hired ${formatDay(work.hired_on)}${work.separated_on ? `, last day ${formatDay(work.separated_on)}` : ''}`,
      work.duties_from === null
        ? `direct contact: ${contact.join('; ') || 'none on record'}`
        : `child-protection duties from ${formatDay(work.duties_from)}${work.duties_to ? ` to ${formatDay(work.duties_to)}` : ''}`,
      ...(leave.length > 0 ? [`leave: ${leave.join('; ')}`] : []),
    ]
    doc.paragraph(
      `${facts.join('. ').replace(/\. ([a-z])/g, (_, letter: string) => `. ${letter.toUpperCase()}`)}.`,
    )
  }
  doc.table(
    `Standing of ${person.name}`,
    [
      { heading: 'Requirement', width: 18 },
      { heading: 'Standing', width: 22 },
      { heading: 'Rule', width: 22 },
      { heading: 'Why', width: 60 },
    ],
    person.requirements.map((one) => [
      one.title,
      `${one.words}.`,
      `${one.rule}; ${one.citation}`,
      one.explanation.filter((sentence) => !sentence.startsWith('Next:')).join(' '),
    ]),
  )
  if (person.gaps.length > 0) {
    doc.heading(3, 'Gaps')
    for (const gap of person.gaps) doc.paragraph(`${gap.words}. (${gap.title})`)
  }
  if (person.certificates.length > 0)
    doc.table(
      `Certificates of ${person.name}`,
      [
        { heading: 'Certificate', width: 12 },
        { heading: 'Course and version', width: 40 },
        { heading: 'Completed', width: 16 },
        { heading: 'Hours', width: 7 },
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
  if (person.outside.length > 0)
    doc.table(
      `Training of ${person.name} taken elsewhere`,
      [
        { heading: 'Training elsewhere', width: 24 },
        { heading: 'Source', width: 18 },
        { heading: 'Completed', width: 14 },
        { heading: 'Hours', width: 8 },
        { heading: 'Topics', width: 28 },
        { heading: 'How mastery was shown', width: 22 },
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
  for (const [heading, sentences] of [
    [`Entered more than ${lateEntryDays} days late`, person.late],
    ['Corrections', person.corrections],
  ] as const) {
    if (sentences.length === 0) continue
    doc.heading(3, heading)
    for (const sentence of sentences) doc.paragraph(sentence)
  }
}

function drawRules(doc: Paper, { rules }: PacketContent): void {
  doc.heading(2, 'Rules applied')
  doc.paragraph(
    '“Verified” was read in the source named; “inferred” is reasoned from it; “local policy” is this system’s own choice.',
    {
      quiet: true,
    },
  )
  doc.table(
    'Rules applied, with their sources',
    [
      { heading: 'Rule', width: 22 },
      { heading: 'What it says', width: 50 },
      { heading: 'Citation and source', width: 34 },
      { heading: 'Status', width: 10 },
    ],
    rules.map(({ name, words, citation, source, status }) => [
      name,
      words,
      [citation, source].filter(Boolean).join('. '),
      status,
    ]),
  )
}

function drawManifest(doc: Paper, head: PacketHead, manifest: SignedManifest): void {
  doc.heading(2, 'Manifest')
  doc.paragraph(
    `The files that come with this packet, each with its SHA-256. The list is the file manifest.json (SHA-256 ${manifest.sha256}), signed with Ed25519 by ${manifest.key}. Signature, base64url: ${manifest.signature}`,
  )
  doc.paragraph(`The SHA-256 of this document and of the whole packet are at ${head.verify_url}.`)
  doc.table(
    'Files and their SHA-256',
    [
      { heading: 'File', width: 30 },
      { heading: 'Bytes', width: 10 },
      { heading: 'SHA-256', width: 60 },
    ],
    manifest.files.map(({ name, bytes, sha256 }) => [name, String(bytes), sha256]),
  )
}

const peopleWords = (count: number) => (count === 1 ? '1 person' : `${count} people`)
