import { Type } from 'typebox'
import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import { type ProblemLog, suggestion } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import type { OwedReview } from '#server/courses/catalogue/course-parts.ts'

const words = (description: string) => Type.String({ minLength: 1, description })
const name = (description: string) => Type.Optional(words(description))

const shape = Type.Object(
  {
    reviews: Type.Array(
      Type.Object(
        {
          who: words('who reviews'),
          how: words('what to hold to when asking them'),
          first: Type.Array(
            Type.Object(
              {
                lesson: name('a lesson as course/module/lesson'),
                job_aid: name('the name of a job aid'),
                look_for: words('what to look for there'),
              },
              { additionalProperties: false, title: 'a place to look at' },
            ),
            { minItems: 1, description: 'what to look at first' },
          ),
        },
        { additionalProperties: false, title: 'a review' },
      ),
    ),
  },
  { additionalProperties: false, title: 'owed-reviews.yml' },
)

/** Reads which outside reviews are owed; every lesson and job aid that it names must be there. */
export function readOwedReviews(
  file: CourseFile,
  known: Readonly<{ lesson: readonly string[]; job_aid: readonly string[] }>,
  log: ProblemLog,
): readonly OwedReview[] {
  const document = parseYaml(file.text, file.path, 1, log)
  const given = document && checkedShape(document, [], shape, log)
  if (!document || !given) return []
  for (const [at, { first }] of given.reviews.entries())
    for (const [place, { lesson, job_aid }] of first.entries()) {
      const line = document.lineOf(['reviews', at, 'first', place])
      if ((lesson === undefined) === (job_aid === undefined))
        log.error(file.path, line, 'Name one place.', 'Write either "lesson" or "job_aid".')
      for (const [kind, named] of Object.entries({ lesson, job_aid })) {
        const there = known[kind as keyof typeof known]
        if (named !== undefined && !there.includes(named))
          log.error(
            file.path,
            line,
            `There is no ${kind.replace('_', ' ')} "${named}".`,
            suggestion(named, there, 'names'),
          )
      }
    }
  return given.reviews.map(({ who, how, first }) => ({
    who,
    how,
    first: first.map(({ lesson, job_aid, look_for }) => ({
      lesson: lesson ?? null,
      jobAid: job_aid ?? null,
      lookFor: look_for,
    })),
  }))
}
