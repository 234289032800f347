import type { Day } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import type { Place } from '#server/programs/queries.ts'
import { mostChecked } from '#server/web/upload.ts'
import type { ProgramFinding, ProgramRequirement } from './program-requirement.ts'
import { linesOf } from './program-requirements-page.ts'
import type { TypedTraining } from './program-trainings.actions.ts'
import { evidenceWords } from './requirement-words.ts'

type Asked = Readonly<{ typed: TypedTraining; find: string; errors: readonly Problem[]; today: Day }>

/**
 * The form that records a training for everyone who took it: whom it is for, what needs it most first. A long list is
 * narrowed by a name, role, unit or shift.
 */
export function trainingFormPage(
  place: Place,
  requirement: ProgramRequirement,
  findings: readonly ProgramFinding[],
  viewer: Readonly<{ id: string }>,
  { typed, find, errors, today }: Asked,
) {
  const base = `/programs/${place.program.id}/requirements`
  const words = find.toLowerCase().split(/\s+/).filter(Boolean)
  const lines = linesOf(findings, { requirement: requirement.requirement_id, show: '' }, today)
  const others = lines.filter(({ person_id }) => person_id !== viewer.id)
  const isChecked = ({ person_id }: { person_id: string }) => typed.person.includes(person_id)
  const matching = others.filter((one) => {
    const text = `${one.name} ${one.role_title} ${one.unit}`.toLowerCase()
    return isChecked(one) || words.every((word) => text.includes(word))
  })
  const shown = matching.toSorted((a, b) => Number(isChecked(b)) - Number(isChecked(a))).slice(0, mostChecked)
  return {
    title: `Record ${requirement.title}`,
    place,
    requirement,
    evidence: evidenceWords(requirement),
    base,
    action: `${base}/${requirement.requirement_id}/trainings`,
    typed,
    find,
    errors,
    isOwnListed: lines.length > others.length,
    isLong: others.length > few,
    hidden: matching.length - shown.length,
    people: shown.map((one) => ({
      person_id: one.person_id,
      name: one.name,
      words: one.words,
      work: [one.role_title, one.unit].filter(Boolean).join(', '),
      isChecked: isChecked(one),
    })),
  }
}

/** So many people need no search. */
const few = 12
