import { requirementIds, requirementOn } from '#server/law/facts/ruleset.ts'
import type { RuleCode } from '#server/law/reasons/finding.ts'
import { ruleOf, rules } from '#server/law/reasons/rules.ts'
import type { Day } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { reader, type Typed } from '#server/programs/typed-form.ts'

/** Maximum characters of a finding or an answer. */
export const longestFinding = 10_000

type Problems = Readonly<{ kind: 'problems'; problems: readonly Problem[] }>

export type FindingEntry = Readonly<{
  person_id: string | null
  rule: string
  /** What the law or rule is called, like “Minn. Stat. 245A.25, subd. 5(f)”. */
  law: string
  body: string
  follow_up_on: Day | null
  isSent: boolean
}>

/** The statute that a rule of time is read from. Empty where no source was seen. */
export function statuteOf(rule: string): string {
  return rule ? statuteIn(ruleOf(rule as RuleCode).source) : ''
}

const statuteIn = (source: string) => /^Minn\. Stat\. [^,]+(, subd\. \w+(\(\w\))?)?/.exec(source)?.[0] ?? ''

/** The statutes that ask for the trainings and that the rules of time are read from, to choose from. */
export function citedStatutes(today: Day): readonly string[] {
  const required = requirementIds.map((id) => requirementOn(id, today).citation)
  const cited = [...required, ...rules.map(({ source }) => source)].map(statuteIn)
  return [...new Set(cited.filter(Boolean))].sort()
}

/** Reads a finding. It is about a person in the program, about a rule, or about neither. To be sent, it cites the law. */
export function readFinding(
  typed: Typed,
  /** Whom it is about, if they are on the program's roster. */
  person: Readonly<{ id: string }> | null,
  today: Day,
): Readonly<{ kind: 'finding'; entry: FindingEntry }> | Problems {
  const form = reader(typed, today)
  const body = (typed.body ?? '').trim()
  if (!body) form.refuse('body', 'Enter what you found.')
  const follow_up_on = form.day('follow_up_on')
  const person_id = typed.person || null
  if (person_id && person_id !== person?.id) form.refuse('person', 'Choose a person in this program.')
  const rule = typed.rule ?? ''
  if (rule && !rules.some(({ code }) => code === rule)) form.refuse('rule', 'Choose a rule from the list.')
  const isSent = typed.send === 'yes'
  const law = form.line('law', undefined, 300) || (form.problems.length === 0 ? statuteOf(rule) : '')
  if (isSent && !law && form.problems.length === 0) form.refuse('law', lawMissing)
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  return { kind: 'finding', entry: { person_id, rule, law, body, follow_up_on, isSent } }
}

export const lawMissing = 'Enter the law or rule. A finding cites it when it is sent.'

export type AnswerFile = Readonly<{
  bytes: Buffer
  name: string
  type: 'application/pdf' | 'image/png' | 'image/jpeg'
}>

/** Reads a program's answer. `type` is what the file is, where it may be kept. */
export function readAnswer(
  body: string,
  file: Readonly<{ name: string; bytes: Buffer; type: AnswerFile['type'] | null }> | null,
  isTooLarge: boolean,
): Readonly<{ kind: 'answer'; file: AnswerFile | null }> | Problems {
  const problems: Problem[] = []
  if (!body) problems.push({ field: 'body', message: 'Enter your answer. Explain what the file shows.' })
  if (body.length > longestFinding)
    problems.push({
      field: 'body',
      message: `Use ${longestFinding} characters or fewer. Put the rest in a file.`,
    })
  if (file && !file.type) problems.push({ field: 'file', message: 'The file must be a PDF, PNG or JPEG.' })
  if (isTooLarge)
    problems.push({ field: 'file', message: 'The file is larger than 10 MB. Choose a smaller one.' })
  if (problems.length > 0) return { kind: 'problems', problems }
  const name = file?.name.replace(/[^\w.\- ]+/g, '_').slice(-100) ?? ''
  return { kind: 'answer', file: file?.type ? { bytes: file.bytes, type: file.type, name } : null }
}
