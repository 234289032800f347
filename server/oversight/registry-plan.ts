import { createHash } from 'node:crypto'
import { addDays, type Day, formatDay } from '#server/lib/days.ts'
import { certificationNames, statusNames } from '#server/programs/program-forms.ts'
import type {
  CertificationRow,
  LicenseStatus,
  ProgramRecord,
  StatusRow,
} from '#server/programs/program-record.queries.ts'
import { readDay } from '#server/programs/typed.ts'
import type { RegistryRow } from './registry-file.ts'

export type RegistryProgram = Readonly<{
  id: string
  name: string
  license_number: string
  record: ProgramRecord
}>

/** A spell as it is to be on record: in place of the one with its id, or new where it has none yet. */
export type PlannedSpell = Readonly<{
  spell_id: string | null
  from_on: Day
  to_on: Day | null
  checked_on: Day
}> &
  (
    | Readonly<{ fact: 'status'; status: LicenseStatus; may_operate: boolean }>
    | Readonly<{ fact: 'certification'; type: string }>
  )

export type PlannedLine = Readonly<{
  line: number
  license: string
  program_id: string | null
  program: string | null
  kind: 'changed' | 'checked' | 'refused'
  /** What changes, a sentence each; or what is wrong. */
  words: readonly string[]
  spells: readonly PlannedSpell[]
}>

/** What each row would do to the record as it stands. Nothing here writes. */
export function planRegistry(
  rows: readonly RegistryRow[],
  programs: ReadonlyMap<string, RegistryProgram>,
  today: Day,
): readonly PlannedLine[] {
  const seen = new Set<string>()
  const planned = new Map<string, string>()
  return rows.map((row) => {
    const license = row.cells.license ?? ''
    const number = /^(\d{6,7})(?:\s*-.*)?$/.exec(license)?.[1] ?? null
    const program = number ? programs.get(number) : undefined
    const told = { line: row.line, license, program_id: program?.id ?? null, program: program?.name ?? null }
    const refused = (words: readonly string[]): PlannedLine => ({
      ...told,
      kind: 'refused',
      words,
      spells: [],
    })
    if (!number)
      return refused([license ? `“${license}” is not a license number.` : 'The license number is missing.'])
    if (!program) return refused([`No program with license ${number} is on record. Add it first.`])
    const kind = typeOf(row.cells.certification)
    // One row a program and certification; the second of two would speak of what the first changes.
    const key = `${number} ${kind ?? ''} ${row.cells.certified_from ?? ''}`
    if (seen.has(key))
      return refused(['Another row of this file speaks of the same license and certification.'])
    seen.add(key)
    const problems: string[] = []
    const dayIn = (
      column: 'checked_on' | 'status_from' | 'status_until' | 'certified_from' | 'certified_until',
    ): Day | null => {
      const text = row.cells[column]
      if (!text) return null
      const read = readDay(text, today)
      if (read.kind === 'day') return read.day
      problems.push(read.message)
      return null
    }
    const checked_on = dayIn('checked_on')
    if (!checked_on && problems.length === 0) problems.push('The day on which it was checked is missing.')
    if (checked_on && checked_on > today)
      problems.push(`It can’t have been checked on ${formatDay(checked_on)}, which has not come.`)
    const days = {
      status: { from: dayIn('status_from'), until: dayIn('status_until') },
      certification: { from: dayIn('certified_from'), until: dayIn('certified_until') },
    }
    if (!checked_on || problems.length > 0) return refused(problems)
    const status = row.cells.status ? planStatus(row, program.record, days.status, checked_on) : none
    const certification =
      row.cells.certification || days.certification.from || days.certification.until
        ? planCertification(row, program.record, days.certification, checked_on)
        : none
    const wrong = [...status.problems, ...certification.problems]
    if (wrong.length > 0) return refused(wrong)
    if (status.spells.length + certification.spells.length === 0)
      return refused(['The row says neither a status nor a certification.'])
    const fresh: PlannedSpell[] = []
    for (const spell of [...status.spells, ...certification.spells]) {
      // A look-up with a row for each certification says the license's status in every one of them.
      const key = spellKey(program.id, spell)
      const before = planned.get(key)
      if (before !== undefined && before !== JSON.stringify(spell))
        return refused(['Another row of this file says otherwise of the same days.'])
      if (before === undefined) fresh.push(spell)
    }
    for (const spell of fresh) planned.set(spellKey(program.id, spell), JSON.stringify(spell))
    const words = [
      ...(fresh.some(({ fact }) => fact === 'status') ? status.words : []),
      ...(fresh.some(({ fact }) => fact === 'certification') ? certification.words : []),
    ]
    return { ...told, kind: words.length > 0 ? 'changed' : 'checked', words, spells: fresh }
  })
}

const spellKey = (programId: string, spell: PlannedSpell) =>
  `${programId} ${spell.fact} ${spell.spell_id ?? `${spell.from_on} ${spell.fact === 'certification' ? spell.type : ''}`}`

type Part = Readonly<{
  spells: readonly PlannedSpell[]
  words: readonly string[]
  problems: readonly string[]
}>
type Days = Readonly<{ from: Day | null; until: Day | null }>

const none: Part = { spells: [], words: [], problems: [] }
const wrong = (problem: string): Part => ({ ...none, problems: [problem] })
const holds = ({ from_on, to_on }: Readonly<{ from_on: Day; to_on: Day | null }>, on: Day) =>
  from_on <= on && (to_on === null || to_on >= on)
const overlaps = (
  a: Readonly<{ from_on: Day; to_on: Day | null }>,
  b: Readonly<{ from_on: Day; to_on: Day | null }>,
) => (a.to_on === null || b.from_on <= a.to_on) && (b.to_on === null || a.from_on <= b.to_on)

function planStatus(row: RegistryRow, record: ProgramRecord, { from, until }: Days, checked_on: Day): Part {
  const status = statusOf(row.cells.status ?? '')
  if (!status)
    return wrong(`“${row.cells.status}” is not a status we know: ${Object.values(statusNames).join(', ')}.`)
  const may = (row.cells.may_operate ?? '').toLowerCase()
  if (may && !['yes', 'no'].includes(may)) return wrong('“May operate” is answered with yes or no.')
  const may_operate = may ? may === 'yes' : status === 'active' || status === 'conditional'
  const there = record.statuses.find((one) => (from ? one.from_on === from : holds(one, checked_on)))
  if (!from && !there) return wrong('No status is on record for that day: write the first day of this one.')
  if (there && !from && (there.status !== status || there.may_operate !== may_operate))
    return wrong(
      `On record it is ${statusNames[there.status]}. Write the first day on which it is ${statusNames[status]}.`,
    )
  const spell: PlannedSpell = {
    fact: 'status',
    spell_id: there?.spell_id ?? null,
    from_on: there?.from_on ?? from ?? checked_on,
    to_on: until ?? (from ? null : (there?.to_on ?? null)),
    checked_on,
    status,
    may_operate,
  }
  if (spell.to_on !== null && spell.to_on < spell.from_on)
    return wrong('The last day of the status is before its first.')
  const others = record.statuses.filter((one) => one !== there)
  const before = there ? undefined : others.find((one) => one.to_on === null && one.from_on < spell.from_on)
  if (others.some((one) => one !== before && overlaps(one, spell)))
    return wrong(
      'Another status is on record for some of these days. Correct it on the program’s page first.',
    )
  const ended = before ? [endedStatus(before, addDays(spell.from_on, -1))] : []
  const isNew =
    !there || there.status !== status || there.may_operate !== may_operate || there.to_on !== spell.to_on
  const words = isNew
    ? [
        `License status ${statusNames[status]}, ${may_operate ? 'may operate' : 'may not operate'}, ${spanWords(spell)}${before ? `, in place of ${statusNames[before.status]}` : ''}.`,
      ]
    : []
  return { spells: [...ended, spell], words, problems: [] }
}

const endedStatus = (row: StatusRow, to_on: Day): PlannedSpell => ({
  ...{
    fact: 'status',
    spell_id: row.spell_id,
    from_on: row.from_on,
    to_on,
    status: row.status,
    may_operate: row.may_operate,
  },
  checked_on: row.checked_on ?? to_on,
})

function planCertification(
  row: RegistryRow,
  record: ProgramRecord,
  { from, until }: Days,
  checked_on: Day,
): Part {
  const type = typeOf(row.cells.certification)
  if (!type)
    return wrong(
      `“${row.cells.certification}” is not a certification we know: ${Object.keys(certificationNames).join(', ')}.`,
    )
  const own = record.certifications.filter((one) => one.type === type)
  const there: CertificationRow | undefined = from
    ? own.find((one) => one.from_on === from)
    : (own.find((one) => holds(one, checked_on)) ?? own.find((one) => until !== null && one.from_on <= until))
  if (!there && !from) return wrong('This certification is not on record: write its first day.')
  const spell: PlannedSpell = {
    fact: 'certification',
    spell_id: there?.spell_id ?? null,
    from_on: there?.from_on ?? from ?? checked_on,
    to_on: until ?? (from ? null : (there?.to_on ?? null)),
    checked_on,
    type,
  }
  if (spell.to_on !== null && spell.to_on < spell.from_on)
    return wrong('The last day of the certification is before its first.')
  if (own.some((one) => one !== there && overlaps(one, spell)))
    return wrong(
      'This certification is on record for some of these days already. Correct it on the program’s page first.',
    )
  const name = certificationNames[type as keyof typeof certificationNames]
  if (!there) return { spells: [spell], words: [`Certified (${name}) ${spanWords(spell)}.`], problems: [] }
  if (there.to_on === spell.to_on) return { spells: [spell], words: [], problems: [] }
  const words = spell.to_on
    ? `The certification (${name}) ends with ${formatDay(spell.to_on)}${there.to_on ? `, not with ${formatDay(there.to_on)}` : ''}.`
    : `The certification (${name}) no longer ends with ${formatDay(there.to_on ?? spell.from_on)}.`
  return { spells: [spell], words: [words], problems: [] }
}

const spanWords = ({ from_on, to_on }: Readonly<{ from_on: Day; to_on: Day | null }>) =>
  `from ${formatDay(from_on)} ${to_on ? `to ${formatDay(to_on)}` : 'on'}`

function statusOf(text: string): LicenseStatus | null {
  const found = Object.entries(statusNames).find(([code, name]) =>
    [code, name.toLowerCase()].includes(text.toLowerCase()),
  )
  return found ? (found[0] as LicenseStatus) : null
}

/** The certification that the trainings hang on, where none is named. */
function typeOf(text: string | undefined): string | null {
  if (!text) return 'st-cse-at-risk'
  const found = Object.entries(certificationNames).find(([code, name]) =>
    [code, name.toLowerCase()].includes(text.toLowerCase()),
  )
  return found?.[0] ?? null
}

/** The same plan has the same hash; applied only while it is still the one that was looked at. */
export const planHash = (lines: readonly PlannedLine[]): string =>
  createHash('sha256').update(JSON.stringify(lines)).digest('hex')
