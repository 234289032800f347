import { stringify } from 'csv-stringify/sync'
import type { Place } from '#server/programs/queries.ts'
import { escapeFormula } from '#server/programs/spreadsheet-formulas.ts'
import { type PastColumn, type PastRow, pastColumns } from './past-training-rows.ts'
import type { TrainingImport } from './past-trainings.queries.ts'

/** A file of past trainings: its progress, or each row with what is wrong with it. */
export function importPage(place: Place, file: TrainingImport, rows: readonly PastRow[]) {
  return {
    title: titles[file.state],
    place,
    here: 'imports',
    file,
    isRunning: file.state === 'checking' || file.state === 'applying',
    againAfter: file.state === 'checking' || file.state === 'applying' ? 1 : null,
    base: `/programs/${place.program.id}/past-trainings/${file.id}`,
    sentence: sentenceOf(file),
    refused: rows.filter(({ problems }) => problems.length > 0).map(lineOf),
    ready: rows.filter(({ problems }) => problems.length === 0).map(lineOf),
  }
}

const titles: Readonly<Record<TrainingImport['state'], string>> = {
  checking: 'Checking the file',
  checked: 'What this file would record',
  applying: 'Recording the trainings',
  applied: 'The trainings are recorded',
  failed: 'Nothing was recorded',
}

const lineOf = ({ line, cells, problems, person_name, entry, scan }: PastRow) => ({
  line,
  who: person_name ?? cells.employee_id ?? cells.email ?? '',
  title: cells.title ?? '',
  provider: cells.provider ?? '',
  completed_on: entry?.completed_on ?? null,
  typedDay: cells.completed_on ?? '',
  hours: cells.hours ?? '',
  scan: scan ?? (cells.file ? '' : 'None'),
  problems: problems.map(({ column, message }) => (column ? `${pastColumns[column]}: ${message}` : message)),
})

function sentenceOf({ state, ready, refused, problem }: TrainingImport): string {
  const trainings = ready === 1 ? '1 training' : `${ready} trainings`
  if (state === 'failed') return problem ?? ''
  if (state === 'applied')
    return `${trainings} ${ready === 1 ? 'waits' : 'wait'} for a decision. You can’t decide on what you recorded.`
  const wrong =
    refused === 0 ? '' : ` ${refused === 1 ? '1 row has' : `${refused} rows have`} a problem and won’t be.`
  if (ready === 0) return `No row can be recorded.${wrong}`
  return `${trainings} can be recorded.${wrong} Nothing has been saved yet.`
}

/** The refused rows with their reasons, to fix and upload again. */
export const refusedPastCsv = (rows: readonly PastRow[]): string => {
  const columns = Object.keys(pastColumns) as PastColumn[]
  return stringify(
    [
      [...Object.values(pastColumns), 'Reason'],
      ...rows
        .filter(({ problems }) => problems.length > 0)
        .map(({ cells, problems }) => [
          ...columns.map((column) => escapeFormula(cells[column] ?? '')),
          problems.map(({ message }) => message).join(' '),
        ]),
    ],
    { bom: true, record_delimiter: 'windows' },
  )
}

export const stateWords: Readonly<
  Record<TrainingImport['state'], { word: string; tone: 'quiet' | 'good' | 'caution' | 'stop' }>
> = {
  checking: { word: 'Checking', tone: 'quiet' },
  checked: { word: 'Checked, not recorded', tone: 'caution' },
  applying: { word: 'Recording', tone: 'quiet' },
  applied: { word: 'Recorded', tone: 'good' },
  failed: { word: 'Not recorded', tone: 'stop' },
}
