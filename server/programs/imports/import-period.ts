import type { Day } from '#server/lib/days.ts'
import {
  overlaps,
  type SpellKind,
  spellNames,
  spellProblem,
  spellsCutAt,
} from '#server/programs/roster/periods.ts'
import { typedDay } from '#server/programs/typed-form.ts'
import type { ImportColumn } from './import-columns.ts'
import type { DraftSpell, DraftWork } from './import-draft.ts'
import { type CellProblem, saysOther } from './import-rows.ts'

type Change = Readonly<{ column: ImportColumn; from: string; to: string }>
type Taken = Readonly<{ draft: DraftWork; changes: readonly Change[] }>

/**
 * What contact or leave would be after this row: the spell that begins on the same day, or the one that this one
 * overlaps and so corrects, or a new one. Where the work ends, the spells that go on end with it.
 */
export function takeSpell(
  kind: SpellKind,
  before: DraftWork,
  from_on: Day | undefined,
  until: Day | undefined,
  line: number,
  newId: () => string,
): Taken | CellProblem {
  const cut = cutSpells(kind, before)
  if ('column' in cut || !from_on) return cut
  const [from, to] = [`${kind}_from`, `${kind}_to`] as const
  const spells = cut.draft[kind]
  const exact = spells.find((spell) => spell.from_on === from_on)
  const near = exact ? [exact] : spells.filter((spell) => overlaps(spell, { from_on, to_on: until ?? null }))
  if (near.length > 1)
    return {
      column: from,
      message: `This overlaps several stretches of ${spellNames[kind].toLowerCase()} on record.`,
    }
  const [known] = near
  const to_on = until ?? known?.to_on ?? cut.draft.work.separated_on
  const hasOtherFrom = known?.from_on !== from_on
  const hasOtherTo = (known?.to_on ?? null) !== to_on
  if (known?.fromLine && hasOtherFrom) return saysOther(from, known.fromLine, typedDay(known.from_on))
  if (known?.toLine && hasOtherTo) return saysOther(to, known.toLine, typedDay(known.to_on))
  const spell: DraftSpell = {
    spell_id: known?.spell_id ?? newId(),
    from_on,
    from_at: known && !hasOtherFrom ? known.from_at : null,
    to_on,
    fromLine: known?.fromLine ?? line,
    toLine: known?.toLine ?? (until ? line : null),
    isChanged: known?.isChanged || hasOtherFrom || hasOtherTo,
  }
  const others = spells.filter((other) => other !== known)
  const problem = spellProblem(kind, spell, cut.draft.work, others)
  if (problem) return { column: problem.field === 'from_on' ? from : to, message: problem.message }
  const changes = [
    ...(hasOtherFrom ? [{ column: from, from: words(known?.from_on), to: words(from_on) }] : []),
    ...(hasOtherTo ? [{ column: to, from: words(known?.to_on), to: words(to_on) }] : []),
  ]
  return { draft: { ...cut.draft, [kind]: [...others, spell] }, changes: [...cut.changes, ...changes] }
}

function cutSpells(kind: SpellKind, draft: DraftWork): Taken | CellProblem {
  const { separated_on } = draft.work
  if (separated_on === null) return { draft, changes: [] }
  const { ended, removed } = spellsCutAt(draft[kind], separated_on)
  if (ended.length + removed.length === 0) return { draft, changes: [] }
  // A day that another row of the file gave is not cut off by this one.
  const late = ended.find(({ spell_id, toLine }) => toLine && endOf(draft, kind, spell_id) !== null)
  if (late?.toLine) return saysOther('separated_on', late.toLine, typedDay(endOf(draft, kind, late.spell_id)))
  const later = removed.find(({ fromLine }) => fromLine)
  if (later?.fromLine) return saysOther('separated_on', later.fromLine, typedDay(later.from_on))
  const gone = new Set([...ended, ...removed].map(({ spell_id }) => spell_id))
  return {
    draft: {
      ...draft,
      [kind]: [
        ...draft[kind].filter(({ spell_id }) => !gone.has(spell_id)),
        ...ended.map((spell) => ({ ...spell, isChanged: true })),
      ],
      removed: [...draft.removed, ...removed.map(({ spell_id }) => ({ kind, id: spell_id }))],
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

const endOf = (draft: DraftWork, kind: SpellKind, id: string) =>
  draft[kind].find(({ spell_id }) => spell_id === id)?.to_on ?? null

/** What a change says where there was, or will be, nothing. */
export const emptyWord = 'empty'

const words = (day: Day | null | undefined) => typedDay(day ?? null) || emptyWord
