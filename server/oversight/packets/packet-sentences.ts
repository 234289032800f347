import type { PacketPerson } from './packet-content.ts'

/**
 * What the packet says elsewhere: next steps are not for a reviewer, “Rules applied” lists each rule once, and employment,
 * contact and leave are printed above a person’s table.
 */
const saidElsewhere = /^(Next:|Rule R\d|Hired at |Direct contact at |No direct contact at |Leave: )/

const ownSentences = (explanation: readonly string[]) =>
  explanation.filter((sentence) => !saidElsewhere.test(sentence))

/** What is said of everyone in the packet, such as the program’s certification, so that it is printed once. */
export function sentencesOfEveryone(people: readonly PacketPerson[]): ReadonlySet<string> {
  if (people.length < 2) return new Set()
  const [first, ...others] = people.map(
    ({ requirements }) => new Set(requirements.flatMap(({ explanation }) => ownSentences(explanation))),
  )
  return new Set([...(first ?? [])].filter((sentence) => others.every((one) => one.has(sentence))))
}

export type PersonSentences = Readonly<{
  /** Facts that more than one requirement rests on. */
  shared: readonly string[]
  /** For each requirement, what is said of it alone. */
  own: readonly (readonly string[])[]
}>

/** One person’s explanations, each sentence once. */
export function sentencesOf(
  { requirements }: Pick<PacketPerson, 'requirements'>,
  ofEveryone: ReadonlySet<string>,
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
    shared: [...times.keys()].filter(isShared),
    own: told.map((sentences) => sentences.filter((sentence) => !isShared(sentence))),
  }
}
