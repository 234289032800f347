import type { PacketPerson } from './packet-content.ts'

/**
 * What the packet says elsewhere: next steps are not for a reviewer, “Rules applied” lists each rule once, and employment,
 * contact and leave are printed above a person’s table.
 */
const saidElsewhere = /^(Next:|Rule R\d|Hired at |Direct contact at |No direct contact at |Leave: )/

const ownSentences = (explanation: readonly string[]) =>
  explanation.filter((sentence) => !saidElsewhere.test(sentence))

/** Sentences that are printed once for several people. */
type CommonSentences = Readonly<{
  /** Said of everyone, such as the program’s certification. */
  ofEveryone: ReadonlySet<string>
  /** Long sentences said of several people, with the number by which they are referred to. */
  notes: ReadonlyMap<string, number>
}>

const fewestForANote = 3
const shortestNote = 60

export function commonSentences(people: readonly PacketPerson[]): CommonSentences {
  const told = people.flatMap(({ requirements }) => [
    ...new Set(requirements.flatMap(({ explanation }) => ownSentences(explanation))),
  ])
  const times = [...Map.groupBy(told, (sentence) => sentence)].map(
    ([sentence, { length }]) => [sentence, length] as const,
  )
  const ofEveryone = times.filter(([, count]) => people.length > 1 && count === people.length)
  const repeated = times.filter(
    ([sentence, count]) =>
      count >= fewestForANote && count < people.length && sentence.length >= shortestNote,
  )
  return {
    ofEveryone: new Set(ofEveryone.map(([sentence]) => sentence)),
    notes: new Map(repeated.map(([sentence], index) => [sentence, index + 1])),
  }
}

export type PersonSentences = Readonly<{
  /** Facts that more than one requirement rests on. */
  shared: readonly string[]
  /** For each requirement, what is said of it alone. */
  own: readonly (readonly string[])[]
}>

/** One person’s explanations, each sentence once, and by its number if it is a note. */
export function sentencesOf(
  { requirements }: Pick<PacketPerson, 'requirements'>,
  { ofEveryone, notes }: CommonSentences,
): PersonSentences {
  const told = requirements.map(({ explanation }) =>
    ownSentences(explanation).filter((sentence) => !ofEveryone.has(sentence)),
  )
  const times = Map.groupBy(
    told.flatMap((sentences) => [...new Set(sentences)]),
    (sentence) => sentence,
  )
  const isShared = (sentence: string) => (times.get(sentence)?.length ?? 0) > 1
  return {
    shared: withNotes([...times.keys()].filter(isShared), notes),
    own: told.map((sentences) =>
      withNotes(
        sentences.filter((sentence) => !isShared(sentence)),
        notes,
      ),
    ),
  }
}

/** The sentences that are no notes, and then the numbers of those that are. */
function withNotes(sentences: readonly string[], notes: CommonSentences['notes']): readonly string[] {
  const numbers = sentences.flatMap((sentence) => notes.get(sentence) ?? []).map(String)
  const rest = sentences.filter((sentence) => !notes.has(sentence))
  if (numbers.length === 0) return rest
  const words = numbers.length === 1 ? 'note' : 'notes'
  return [...rest, `See ${words} ${new Intl.ListFormat('en-US').format(numbers)}.`]
}
