import { dayOf, formatDay, formatTime } from '#server/lib/days.ts'
import { type FlowingDocument, flowingDocument } from '#server/paper/flowing-document.ts'
import { checksCell, drawChecks, hasChecks } from './packet-checks.ts'
import type { PacketContent, PacketHead, PacketPerson } from './packet-content.ts'
import { inNumbers } from './packet-dates.ts'
import type { SignedManifest } from './packet-manifest.ts'
import { hasConflict, type Matter, mattersOf } from './packet-matters.ts'
import { drawPerson, shortNames } from './packet-person-pdf.ts'
import { rankOf, samplingWords } from './packet-sample.ts'
import { commonSentences, sentencesOf } from './packet-sentences.ts'

/** The packet's PDF. `onProgress` is called after each person. */
export async function drawPacket(
  content: PacketContent,
  manifest: SignedManifest,
  onProgress: (done: number) => void = () => {},
): Promise<Uint8Array> {
  const { head, people } = content
  const { program } = head.card
  const title = `Review packet, ${program.name}, ${head.from_on} to ${head.to_on}`
  const doc = await flowingDocument(
    title,
    `Packet ${head.code}, review ${head.review}, ${program.name}`,
    head.made_at,
  )
  drawFront(doc, head, people)
  drawSampling(doc, head, people)
  drawRoster(doc, people)
  drawPeople(doc, people, onProgress)
  doc.section(null)
  drawChecks(doc, content)
  drawOwnRequirements(doc, content)
  drawPatterns(doc, content)
  drawRules(doc, content)
  drawManifest(doc, head, manifest)
  return doc.finish()
}

/** What is said of everyone comes first, then what is said of several people, each once under a number. */
function drawPeople(
  doc: FlowingDocument,
  people: readonly PacketPerson[],
  onProgress: (done: number) => void,
): void {
  doc.section(null)
  doc.need(200)
  doc.heading(2, 'Person by person', 'top')
  const said = commonSentences(people)
  if (said.ofEveryone.size > 0)
    doc.paragraph(`For everyone: ${[...said.ofEveryone].join(' ')}`, { size: 8.5, wide: true })
  for (const [sentence, number] of said.notes)
    doc.paragraph(`Note ${number}. ${sentence}`, { size: 8.5, wide: true })
  for (const [index, person] of people.entries()) {
    drawPerson(doc, person, sentencesOf(person, said))
    onProgress(index + 1)
  }
}

function drawFront(doc: FlowingDocument, head: PacketHead, people: readonly PacketPerson[]): void {
  const { card } = head
  doc.newPage()
  doc.heading(1, `Review packet: ${card.program.name}`)
  const missed = people.filter(({ gaps }) => gaps.length > 0).length
  doc.paragraph(
    `${peopleWords(people.length)}, ${formatDay(head.from_on)} to ${formatDay(head.to_on)}; ${missed === 0 ? 'none of them has a gap in that period' : `${missed} of them with gaps in that period`}. Standings are as of ${formatDay(head.to_on)}, based on what was known when this packet was made.`,
    { size: 11 },
  )
  drawMatters(doc, mattersOf(people))
  const period = (from: string, to: string | null) =>
    `${formatDay(from)} ${to ? `to ${formatDay(to)}` : 'on'}`
  const checked = (on: string | null) =>
    on ? `last checked ${formatDay(on)}` : 'never checked against the licensing record'
  doc.table(
    'About this packet',
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
        `${one.word}, ${one.may_operate ? 'may operate' : 'may not operate'}: ${period(one.from_on, one.to_on)}; ${checked(one.checked_on)}`,
      ]),
      ...card.certifications.map((one) => [
        'Certification',
        `${one.word}: ${period(one.from_on, one.to_on)}; ${checked(one.checked_on)}`,
      ]),
      ['Review', `${head.review}: ${head.purpose}`],
      ['Requested by', head.requested_by],
      ['Made', `${formatDay(dayOf(head.made_at))}, ${formatTime(head.made_at)}, by ${head.issuer_name}`],
      [
        'People',
        head.sample_size === null
          ? `Everyone on the roster on any day of the period: ${head.population.length}`
          : `A sample of ${people.length} of ${peopleWords(head.population.length)} on the roster on any day of the period, drawn with the seed “${head.seed}”`,
      ],
      ['Verify this packet', `${head.verify_url} (code ${head.code})`],
    ],
  )
  doc.paragraph(
    'This packet covers only the training on trafficking and exploitation recorded in this system. It does not cover background studies or other requirements.',
    { quiet: true },
  )
}

/** The first thing in the packet: what a reviewer looks at. */
function drawMatters(doc: FlowingDocument, matters: readonly Matter[]): void {
  if (matters.length === 0) {
    doc.paragraph(
      'No gaps, no conflicting records, no fast completions and no late entries in that period.',
      {
        size: 11,
      },
    )
    return
  }
  doc.heading(2, 'What matters', 'top')
  doc.table(
    'Gaps, conflicts, fast completions and late entries',
    [
      { heading: 'What', width: 12 },
      { heading: 'Name', width: 18 },
      { heading: 'On record', width: 60 },
    ],
    matters.map(({ what, name, words }) => [what, name, `${words}.`]),
  )
  doc.heading(2, 'About this packet', 'top')
}

/** Anyone with the files can draw the sample again. */
function drawSampling(doc: FlowingDocument, head: PacketHead, people: readonly PacketPerson[]): void {
  if (head.sample_size === null) return
  doc.heading(2, 'How the sample was drawn', 'top')
  doc.paragraph(`The seed is “${head.seed}”. ${samplingWords}`)
  doc.table(
    'The people drawn, in order',
    [
      { heading: 'Name', width: 26 },
      { heading: 'Person id', width: 34 },
      { heading: 'SHA-256 of seed, line feed and id', width: 62 },
    ],
    people
      .map(({ name, person_id }) => [name, person_id, rankOf(person_id, head.seed)])
      .sort(([, , a = ''], [, , b = '']) => (a < b ? -1 : 1)),
  )
}

function drawRoster(doc: FlowingDocument, people: readonly PacketPerson[]): void {
  const isChecked = hasChecks(people)
  doc.heading(2, 'Roster', 'top')
  doc.section('Roster')
  doc.table(
    'Everyone in this packet, with dates and standing',
    [
      { heading: 'Name', width: 22 },
      { heading: 'Role', width: 14 },
      { heading: 'Hired', width: 12 },
      { heading: 'Direct contact', width: 22 },
      { heading: 'Standing at the end of the period', width: 50 },
      { heading: 'Certificates', width: 13 },
      { heading: 'Gaps', width: 14 },
      ...(isChecked ? [{ heading: 'Shift check-ins', width: 15 }] : []),
    ],
    people.map((person) => [
      person.name,
      person.role_title,
      inNumbers(
        `${formatDay(person.hired_on)}${person.separated_on ? `, last day ${formatDay(person.separated_on)}` : ''}`,
      ),
      inNumbers(person.contact_words),
      inNumbers(
        person.requirements
          .map(({ requirement, words }) => `${shortNames[requirement]}: ${words}.`)
          .join(' '),
      ),
      person.certificates
        .map(({ number, status }) => (status === 'valid' ? number : `${number} (${status})`))
        .join(', ') || 'None',
      person.gaps
        .map(({ length, open }) => `${length} ${length === 1 ? 'day' : 'days'}${open ? ' so far' : ''}`)
        .join(', ') || (hasConflict(person) ? 'Unknown: records conflict' : 'None'),
      ...(isChecked ? [checksCell(person)] : []),
    ]),
  )
}

/** What the program asks for itself, in a section of its own, so that no one takes it for the law's. */
function drawOwnRequirements(doc: FlowingDocument, { own, head }: PacketContent): void {
  if (own.findings.length === 0 && own.trainings.length === 0) return
  doc.need(200)
  doc.heading(2, 'The program’s own requirements', 'top')
  doc.section('The program’s own requirements')
  doc.paragraph(
    `What the program itself asks of its people, as of ${formatDay(head.to_on)}. It is not the law that this packet is about: no standing, gap or clearance depends on it.`,
  )
  if (own.findings.length > 0)
    doc.table(
      'The program’s own requirements, by person',
      [
        { heading: 'Name', width: 20 },
        { heading: 'Requirement', width: 28 },
        { heading: 'Standing', width: 36 },
        { heading: 'Last done', width: 18 },
        { heading: 'Hours', width: 8 },
      ],
      own.findings.map(({ name, title, words, satisfied_on, hours }) => [
        name,
        title,
        `${words}.`,
        satisfied_on ? formatDay(satisfied_on) : 'Not done',
        hours === null ? '' : String(hours),
      ]),
    )
}

function drawPatterns(doc: FlowingDocument, { patterns }: PacketContent): void {
  doc.need(200)
  doc.heading(2, 'One person acting as two', 'top')
  doc.section('One person acting as two')
  doc.paragraph(
    patterns.length === 0
      ? 'In this period, nothing on record says that one person decided as two.'
      : 'Attempts that the service refused, decisions between accounts that may be in the same hands, and links to set a password that an administrator saw.',
  )
  if (patterns.length > 0)
    doc.table(
      'Decisions and attempts to look at',
      [
        { heading: 'When', width: 18 },
        { heading: 'What', width: 50 },
        { heading: 'Why', width: 34 },
        { heading: 'Kind', width: 14 },
      ],
      patterns.map(({ at, what, why, word }) => [formatDay(dayOf(at)), what, why, word]),
    )
}

function drawRules(doc: FlowingDocument, { rules }: PacketContent): void {
  doc.need(200)
  doc.heading(2, 'Rules applied', 'top')
  doc.section('Rules applied')
  doc.paragraph(
    '“Verified” means read in the source named. “Inferred” means derived from it. “Local policy” means chosen by this system.',
    {
      quiet: true,
    },
  )
  doc.table(
    'Rules applied, with their sources',
    [
      { heading: 'Rule', width: 18 },
      { heading: 'What it says', width: 50 },
      { heading: 'Citation and source', width: 48 },
      { heading: 'Status', width: 9 },
    ],
    rules.map(({ name, words, citation, source, status }) => [
      name,
      asSentence(words),
      [citation, source].filter(Boolean).map(asSentence).join('. '),
      status,
    ]),
  )
}

function drawManifest(doc: FlowingDocument, head: PacketHead, manifest: SignedManifest): void {
  doc.section(null)
  doc.need(200)
  doc.heading(2, 'Manifest', 'top')
  doc.section('Manifest')
  doc.paragraph(
    `The files of this packet, each with its SHA-256. This list is the file manifest.json (SHA-256 ${manifest.sha256}), signed with Ed25519 by ${manifest.key}. Signature, base64url: ${manifest.signature}`,
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
    { dense: true },
  )
}

/** Rules and sources are written for the middle of a sentence. Here each one is a sentence. */
const asSentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

const peopleWords = (count: number) => (count === 1 ? '1 person' : `${count} people`)
