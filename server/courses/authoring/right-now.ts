import { Type } from 'typebox'
import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import { citeFact, plainText, type Scope } from '#server/courses/authoring/text/scope.ts'
import type { RightNowCard } from '#server/courses/catalogue/course-parts.ts'

const words = (description: string) => Type.String({ minLength: 1, description })

const cardShape = Type.Object(
  {
    id: Type.String({
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      description: 'lowercase letters, digits and hyphens',
    }),
    title: words('what is happening, in the words of staff'),
    lead: words('what the card is about, in a few words'),
    also: words('what staff may type to find it'),
    say: words('what to say first'),
    do: Type.Array(words('one thing to do'), {
      minItems: 1,
      maxItems: 3,
      description: 'one to three things to do',
    }),
    call: Type.Array(
      Type.Object(
        {
          number: Type.String({ description: 'the number, or nothing' }),
          who: words('whom the number reaches'),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, description: 'whom to call' },
    ),
    dont: words('what not to do'),
    report: words('what to report'),
    facts: Type.Array(Type.String(), { description: 'a list of fact keys: [A4-07], or []' }),
  },
  { additionalProperties: false, title: 'a card for "Right now"' },
)

/** Reads the cards for "Right now". Invalid ones are reported and left out. */
export function readRightNow(file: CourseFile, scope: Scope, log: ProblemLog): readonly RightNowCard[] {
  const document = parseYaml(file.text, file.path, 1, log)
  if (!document) return []
  if (!Array.isArray(document.data)) {
    log.error(file.path, 1, 'The list of cards is invalid.', 'Start each card with "- id: …".')
    return []
  }
  return [...document.data.keys()].flatMap((at): RightNowCard[] => {
    const line = document.lineOf([at])
    const given = checkedShape(document, [at], cardShape, log)
    if (!given) return []
    for (const key of given.facts) citeFact(scope, key, line)
    const plain = (text: string) => plainText(scope, text, line).replaceAll("'", '’')
    return [
      {
        id: given.id,
        title: plain(given.title),
        lead: plain(given.lead),
        also: plain(given.also),
        say: plain(given.say),
        steps: given.do.map(plain),
        calls: given.call.map(({ number, who }) => ({ number: plain(number), who: plain(who) })),
        avoid: plain(given.dont),
        report: plain(given.report),
        facts: given.facts,
      },
    ]
  })
}
