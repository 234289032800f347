import type { Day } from '#server/lib/days.ts'
import { formatDay } from '#server/lib/days.ts'
import { flowingDocument } from '#server/paper/flowing-document.ts'

type TranscriptCourse = Readonly<{
  completed_on: Day
  title: string
  version: string
  statute: string
  hours: number | null
  certificate: string | null
}>

type TranscriptOutside = Readonly<{
  completed_on: Day
  title: string
  provider: string
  hours: number | null
  /** What became of it: "Accepted by North Star House". */
  state: string
}>

export type Transcript = Readonly<{
  name: string
  issuer: string
  courses: readonly TranscriptCourse[]
  outside: readonly TranscriptOutside[]
}>

/** Everything that one person has completed, as a PDF to keep or hand on. */
export async function transcriptPdf(
  { name, issuer, courses, outside }: Transcript,
  on: Day,
  at: Date,
): Promise<Uint8Array> {
  const doc = await flowingDocument(`Training transcript of ${name}`, `${issuer}: training transcript`, at)
  doc.newPage()
  doc.heading(1, `Training transcript of ${name}`)
  doc.paragraph(
    `Made on ${formatDay(on)}. Anyone can check a certificate’s code on the page that it names.`,
    {
      quiet: true,
    },
  )
  doc.heading(2, 'Courses completed here')
  if (courses.length === 0) doc.paragraph('None.')
  else
    doc.table(
      'Courses completed here, the latest first',
      [
        { heading: 'Completed', width: 90 },
        { heading: 'Course', width: 250 },
        { heading: 'Version', width: 50 },
        { heading: 'Law', width: 150 },
        { heading: 'Hours', width: 45 },
        { heading: 'Certificate', width: 90 },
      ],
      courses.map((one) => [
        formatDay(one.completed_on),
        one.title,
        one.version,
        one.statute,
        one.hours === null ? '' : String(one.hours),
        one.certificate ?? 'None',
      ]),
    )
  doc.heading(2, 'Outside training')
  if (outside.length === 0) doc.paragraph('None on record.')
  else
    doc.table(
      'Training from other providers, the latest first',
      [
        { heading: 'Completed', width: 90 },
        { heading: 'Training', width: 220 },
        { heading: 'Provider', width: 160 },
        { heading: 'Hours', width: 45 },
        { heading: 'Accepted', width: 180 },
      ],
      outside.map((one) => [
        formatDay(one.completed_on),
        one.title,
        one.provider,
        one.hours === null ? '' : String(one.hours),
        one.state,
      ]),
    )
  return doc.finish()
}
