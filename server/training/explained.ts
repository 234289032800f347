/** An explanation in the order in which people read it: what decides, then the records, then rules and interpretations. */
type Explained = Readonly<{ lead: string; records: readonly string[]; grounds: readonly string[] }>

const isRule = (sentence: string) => /^Rule R\d/.test(sentence)
const isGround = (sentence: string) =>
  isRule(sentence) || sentence.startsWith('This program’s interpretation')

/** What follows the first rule was worked out from it. Without that, the last record decides. */
export function explained(explanation: readonly string[]): Explained {
  const told = explanation.filter((sentence) => !sentence.startsWith('Next: '))
  const first = told.findIndex(isRule)
  const records = (first < 0 ? told : told.slice(0, first)).filter((sentence) => !isGround(sentence))
  const decisive = first < 0 ? [] : told.slice(first).filter((sentence) => !isGround(sentence))
  return {
    lead: decisive.length > 0 ? decisive.join(' ') : (records.at(-1) ?? ''),
    records: decisive.length > 0 ? records : records.slice(0, -1),
    grounds: told.filter(isGround),
  }
}
