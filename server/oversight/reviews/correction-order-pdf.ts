import { type Day, formatDay } from '#server/lib/days.ts'
import { flowingDocument } from '#server/paper/flowing-document.ts'
import type { Violation } from './correction-order.ts'

type OrderHead = Readonly<{
  review: number
  program: string
  holder: string
  license: string
  place: string
  written_by: string
}>

/**
 * The draft of a correction order, with what Minn. Stat. 245A.06, subd. 1 asks for: in plain language the violation, the
 * specific law, and the time allowed to correct each.
 */
export async function drawCorrectionOrder(
  head: OrderHead,
  violations: readonly Violation[],
  at: Date,
  today: Day,
): Promise<Uint8Array> {
  const doc = await flowingDocument(
    `Draft of a correction order, ${head.program}`,
    `Draft, review ${head.review}, ${head.program}`,
    at,
  )
  doc.newPage()
  doc.heading(1, 'Draft of a correction order')
  doc.paragraph(
    'This is a draft, not an order. It takes effect only if the licensing authority issues it, and then says how it can be reconsidered.',
    { size: 11 },
  )
  doc.table(
    'The program',
    [
      { heading: 'What', width: 1 },
      { heading: 'On record', width: 4 },
    ],
    [
      ['Program', [head.program, head.place].filter(Boolean).join(', ')],
      ['License holder', head.holder],
      ...(head.license ? [['License', head.license]] : []),
      ['Drafted', `${formatDay(today)}, by ${head.written_by}, in review ${head.review}`],
    ],
  )
  doc.heading(
    2,
    violations.length === 1 ? 'What must be corrected' : 'What must be corrected, and by when',
    'top',
  )
  doc.table(
    'Each violation, the law, and the time allowed to correct it',
    [
      { heading: 'Finding', width: 12 },
      { heading: 'What was found', width: 54 },
      { heading: 'The law', width: 24 },
      { heading: 'Correct by', width: 16 },
    ],
    violations.map(({ finding, found, law, correct_by }) => [
      finding.replace(/^Finding /, ''),
      found.replace(/\s*\n+\s*/g, ' '),
      law,
      formatDay(correct_by),
    ]),
  )
  return doc.finish()
}
