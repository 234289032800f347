import { Type } from 'typebox'
import type { CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import type { ReadAgain } from '#server/courses/catalogue/course-parts.ts'

/** The lessons that people who completed the last version must read again, and why; and why questions changed. Not part of the content. */
export const readAgainFile = 'read-again.yml'

const shape = Type.Object(
  {
    lessons: Type.Record(Type.String(), Type.String({ minLength: 1 }), {
      description: 'lessons as module/lesson, each with a one-sentence reason',
    }),
    questions: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1 }), {
        description: 'changed questions as module/question, each with a one-sentence reason',
      }),
    ),
  },
  { additionalProperties: false, title: readAgainFile },
)

type Reasons = Readonly<{ readAgain: ReadAgain; questionReasons: ReadAgain }>

/** Empty if the course has no such file. */
export function readReadAgain(folder: CourseFolder, log: ProblemLog): Reasons {
  const file = folder.files.get(readAgainFile)
  const document = file && parseYaml(file.text, file.path, 1, log)
  const given = document && checkedShape(document, [], shape, log)
  return { readAgain: given?.lessons ?? {}, questionReasons: given?.questions ?? {} }
}
