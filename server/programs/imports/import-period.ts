import type { Day } from '#server/lib/days.ts'
import {
  overlaps,
  type PeriodKind,
  periodNames,
  periodProblem,
  periodsCutAt,
} from '#server/programs/roster/employment/periods.ts'
import { typedDay } from '#server/programs/typed-form.ts'
import type { ImportColumn } from './import-columns.ts'
import type { DraftPeriod, DraftWork } from './import-draft.ts'
import { type CellProblem, contradictsLine } from './import-rows.ts'

type Change = Readonly<{ column: ImportColumn; from: string; to: string }>
type Taken = Readonly<{ draft: DraftWork; changes: readonly Change[] }>

/**
 * Applies a row's contact or leave: to the period that starts on the same day, else to the one it overlaps (a
 * correction), else as a new period. When employment ends, open periods end with it.
 */
export function takePeriod(
  kind: PeriodKind,
  before: DraftWork,
  from_on: Day | undefined,
  until: Day | undefined,
  line: number,
  newId: () => string,
): Taken | CellProblem {
  const cut = cutPeriods(kind, before)
  if ('column' in cut || !from_on) return cut
  const [from, to] = [`${kind}_from`, `${kind}_to`] as const
  const periods = cut.draft[kind]
  const exact = periods.find((period) => period.from_on === from_on)
  const near = exact
    ? [exact]
    : periods.filter((period) => overlaps(period, { from_on, to_on: until ?? null }))
  if (near.length > 1)
    return {
      column: from,
      message: `This overlaps more than one period of ${periodNames[kind].toLowerCase()} on record.`,
    }
  const [known] = near
  const to_on = until ?? known?.to_on ?? cut.draft.work.separated_on
  const hasOtherFrom = known?.from_on !== from_on
  const hasOtherTo = (known?.to_on ?? null) !== to_on
  if (known?.fromLine && hasOtherFrom) return contradictsLine(from, known.fromLine, typedDay(known.from_on))
  if (known?.toLine && hasOtherTo) return contradictsLine(to, known.toLine, typedDay(known.to_on))
  const period: DraftPeriod = {
    period_id: known?.period_id ?? newId(),
    from_on,
    from_at: known && !hasOtherFrom ? known.from_at : null,
    to_on,
    fromLine: known?.fromLine ?? line,
    toLine: known?.toLine ?? (until ? line : null),
    isChanged: known?.isChanged || hasOtherFrom || hasOtherTo,
  }
  const others = periods.filter((other) => other !== known)
  const problem = periodProblem(kind, period, cut.draft.work, others)
  if (problem) return { column: problem.field === 'from_on' ? from : to, message: problem.message }
  const changes = [
    ...(hasOtherFrom ? [{ column: from, from: words(known?.from_on), to: words(from_on) }] : []),
    ...(hasOtherTo ? [{ column: to, from: words(known?.to_on), to: words(to_on) }] : []),
  ]
  return { draft: { ...cut.draft, [kind]: [...others, period] }, changes: [...cut.changes, ...changes] }
}

function cutPeriods(kind: PeriodKind, draft: DraftWork): Taken | CellProblem {
  const { separated_on } = draft.work
  if (separated_on === null) return { draft, changes: [] }
  const { ended, removed } = periodsCutAt(draft[kind], separated_on)
  if (ended.length + removed.length === 0) return { draft, changes: [] }
  // A day set by another row of the file must not be cut off by this one.
  const late = ended.find(({ period_id, toLine }) => toLine && endOf(draft, kind, period_id) !== null)
  if (late?.toLine)
    return contradictsLine('separated_on', late.toLine, typedDay(endOf(draft, kind, late.period_id)))
  const later = removed.find(({ fromLine }) => fromLine)
  if (later?.fromLine) return contradictsLine('separated_on', later.fromLine, typedDay(later.from_on))
  const gone = new Set([...ended, ...removed].map(({ period_id }) => period_id))
  return {
    draft: {
      ...draft,
      [kind]: [
        ...draft[kind].filter(({ period_id }) => !gone.has(period_id)),
        ...ended.map((period) => ({ ...period, isChanged: true })),
      ],
      removed: [...draft.removed, ...removed.map(({ period_id }) => ({ kind, id: period_id }))],
    },
    changes: [
      ...ended.map(() => ({ column: `${kind}_to` as const, from: emptyWord, to: typedDay(separated_on) })),
      ...removed.map(({ from_on }) => ({
        column: `${kind}_from` as const,
        from: typedDay(from_on),
        to: emptyWord,
      })),
    ],
  }
}

const endOf = (draft: DraftWork, kind: PeriodKind, id: string) =>
  draft[kind].find(({ period_id }) => period_id === id)?.to_on ?? null

/** How a change shows an empty value. */
export const emptyWord = 'empty'

const words = (day: Day | null | undefined) => typedDay(day ?? null) || emptyWord
