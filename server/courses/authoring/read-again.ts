import { Type } from 'typebox'
import type { CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import type { ReadAgain } from '#server/courses/catalogue/course-parts.ts'

/** Which lessons somebody who completed the version before reads again, and why. It is no part of the text itself. */
export const readAgainFile = 'read-again.yml'

const shape = Type.Object(
  {
    lessons: Type.Record(Type.String(), Type.String({ minLength: 1 }), {
      description: 'lessons as module/lesson, each with the reason in a sentence',
    }),
  },
  { additionalProperties: false, title: readAgainFile },
)

/** Empty where the course has no such file. */
export function readReadAgain(folder: CourseFolder, log: ProblemLog): ReadAgain {
  const file = folder.files.get(readAgainFile)
  const document = file && parseYaml(file.text, file.path, 1, log)
  return (document && checkedShape(document, [], shape, log)?.lessons) ?? {}
}
