import { Type } from 'typebox'
import type { CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import { type ChangeRecord, changeKinds } from '#server/courses/catalogue/course-parts.ts'

/** The file that describes a frozen version. `courses:publish` writes it, and it is never edited. */
export const changeFile = 'change.yml'

/** Only a change of law or meaning requires people to read the changed lessons. */

export const changeWords: Readonly<Record<ChangeRecord['kind'], string>> = {
  first: 'First version',
  typo: 'Typing errors corrected',
  clarification: 'Clarified, same meaning',
  meaning: 'Law or meaning changed',
}

const changeShape = Type.Object(
  {
    version: Type.String({ description: 'the version’s number' }),
    kind: Type.Union([Type.Literal('first'), ...changeKinds.map((kind) => Type.Literal(kind))], {
      description: 'first, typo, clarification or meaning',
    }),
    since: Type.String({ description: 'the version that it follows' }),
    summary: Type.String({ description: 'what changed, in a sentence' }),
    published_on: Type.String({
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      description: 'a day written as 2026-11-23',
    }),
    published_by: Type.String({ minLength: 1, description: 'who published it' }),
    lessons: Type.Array(Type.String(), { description: 'a list of changed lessons' }),
    read_again: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'lessons to read again, with the reason' }),
    ),
    questions: Type.Array(Type.String(), { description: 'a list of modules with changed questions' }),
    question_reasons: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'changed questions, with the reason' }),
    ),
    hash: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'the hash of the text' }),
  },
  { additionalProperties: false, title: 'change.yml' },
)

/** Reads a frozen version's record and checks its text against the recorded hash. */
export function readChangeRecord(
  folder: CourseFolder,
  hash: string,
  log: ProblemLog,
): ChangeRecord | undefined {
  if (folder.published === undefined) return undefined
  const path = `${folder.path}/${changeFile}`
  const file = folder.files.get(changeFile)
  if (!file) {
    log.error(
      path,
      1,
      'The published version has no change.yml.',
      'Restore the file that courses:publish wrote.',
    )
    return undefined
  }
  const document = parseYaml(file.text, file.path, 1, log)
  const given = document && checkedShape(document, [], changeShape, log)
  if (!document || !given) return undefined
  if (given.version !== folder.published)
    log.error(
      path,
      document.lineOf(['version']),
      `It is about version ${given.version}, but the folder is "${folder.published}".`,
      'Restore the original file.',
    )
  if (given.hash !== hash)
    log.error(
      path,
      document.lineOf(['hash']),
      `The text of version ${folder.published} was changed after it was published.`,
      'Never edit a published version. Restore its files, and make the change in the draft under a new version number.',
    )
  return {
    kind: given.kind,
    since: given.since,
    summary: given.summary,
    publishedOn: given.published_on,
    publishedBy: given.published_by,
    lessons: given.lessons,
    readAgain: given.read_again ?? {},
    questions: given.questions,
    questionReasons: given.question_reasons ?? {},
  }
}
