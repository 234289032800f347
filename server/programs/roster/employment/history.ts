import { type Day, formatDay, formatTime } from '#server/lib/days.ts'
import { periodWords } from '#server/programs/recorded-period.ts'
import { workerTypeNames } from './assignment.ts'
import type { RecordRow } from './history.queries.ts'
import { periodNames } from './periods.ts'
import { type LaterTitle, laterTitleWords } from './role-titles.ts'
import type { WorkerType } from './roster.queries.ts'
import { isWorkText, workTexts } from './work-texts.ts'

type HistoryLine = Readonly<{ says: string; changes: readonly Change[] }>
type Change = Readonly<{ name: string; from: string; to: string }>

/** What one person recorded at one time. */
export type HistoryEntry = Readonly<{
  at: Date
  who: string | null
  lines: readonly HistoryLine[]
  reason: string
}>

/** The history of a record, latest first: what was recorded, changed and removed. */
export function historyOf(rows: readonly RecordRow[]): readonly HistoryEntry[] {
  const entries = new Map<string, { at: Date; who: string | null; lines: HistoryLine[]; reason: string }>()
  const tell = (at: Date, who: string | null, reason: string, line: HistoryLine) => {
    const key = `${at.toISOString()} ${who}`
    const entry = entries.get(key)
    if (entry) entry.lines.push(line)
    else entries.set(key, { at, who, reason, lines: [line] })
  }
  for (const versions of Map.groupBy(rows, ({ kind, id }) => `${kind} ${id}`).values()) {
    versions.forEach((row, index) => {
      const before = versions[index - 1]
      const line = before ? changed(before, row) : { says: recorded(row), changes: [] }
      if (line) tell(row.recorded_at, row.recorded_by, row.reason, line)
    })
    const last = versions.at(-1)
    if (last?.superseded_at)
      tell(last.superseded_at, last.superseded_by, last.superseded_reason, {
        says: `Removed from the record: ${recorded(last)}`,
        changes: [],
      })
  }
  return [...entries.values()].sort((a, b) => b.at.getTime() - a.at.getTime())
}

function recorded({ kind, facts }: RecordRow): string {
  if (kind !== 'work') {
    const time = facts.from_at ? `, from ${formatTime(facts.from_at)}` : ''
    return `${periodNames[kind]} ${periodWords(facts as { from_on: Day; to_on: Day | null })}${time}`
  }
  const title = facts.role_title ? `${facts.role_title}, ` : ''
  const type = workerTypeNames[facts.worker_type as WorkerType].toLowerCase()
  return `Work: ${title}${type}, ${periodWords({ from_on: facts.hired_on ?? '', to_on: facts.separated_on ?? null })}`
}

function changed(before: RecordRow, after: RecordRow): HistoryLine | null {
  const changes = Object.keys(after.facts)
    .filter((name) => before.facts[name] !== after.facts[name])
    .map((name) => ({
      name: factNames[name] ?? name,
      from: factWords(name, before.facts[name] ?? null),
      to: factWords(name, after.facts[name] ?? null),
    }))
  const what = after.kind === 'work' ? 'Work' : periodNames[after.kind]
  return changes.length > 0 ? { says: what, changes } : null
}

const factNames: Readonly<Record<string, string>> = {
  worker_type: 'Worker type',
  ...Object.fromEntries(workTexts.map(({ name, label }) => [name, label])),
  later_titles: 'Later role titles',
  hired_on: 'Hired on',
  separated_on: 'Last day of work',
  duties_from: 'Child-protection duties from',
  duties_to: 'Child-protection duties until',
  from_on: 'First day',
  from_at: 'Time on the first day',
  to_on: 'Last day',
}

function factWords(name: string, value: string | null): string {
  if (!value) return 'none'
  if (name === 'worker_type') return workerTypeNames[value as WorkerType]
  if (name === 'later_titles')
    return laterTitleWords({ later_titles: JSON.parse(value) as readonly LaterTitle[] })
  if (isWorkText(name)) return value
  return name === 'from_at' ? formatTime(value) : formatDay(value)
}
