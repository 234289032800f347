import type { ProgramName } from '#server/standings/clearance.queries.ts'
import type { TeamRow } from './team.queries.ts'

/** A few programs are shown as links, many as a select. */
export function programSwitch(
  programs: readonly ProgramName[],
  chosen: string | undefined,
  address: (change: Partial<Record<string, string>>) => string,
) {
  if (programs.length < 2) return {}
  const all = { program_id: '', name: 'All programs' }
  const choices = [all, ...programs].map(({ program_id, name }) => ({ program_id, name }))
  if (programs.length > mostLinks)
    return { programOptions: choices.map(({ program_id, name }) => ({ value: program_id, label: name })) }
  return {
    programLinks: choices.map(({ program_id, name }) => ({
      name,
      href: address({ program: program_id, page: '' }),
      isHere: program_id === (chosen ?? ''),
    })),
  }
}

const mostLinks = 6

/** A note on people who work in several of the programs shown, because each program counts them. */
export function countedTwice(rows: readonly TeamRow[]): string | null {
  const several = rows.length - new Set(rows.map(({ person_id }) => person_id)).size
  if (several === 0) return null
  const times = new Map<string, number>()
  for (const { person_id } of rows) times.set(person_id, (times.get(person_id) ?? 0) + 1)
  const who = [...times.values()].filter((count) => count > 1).length
  return who === 1
    ? '1 person works in more than one program and is counted in each.'
    : `${who} people work in more than one program and are counted in each.`
}
