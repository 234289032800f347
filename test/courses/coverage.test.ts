import { describe, expect, test } from 'vitest'
import { coverageOf, readCoverage } from '#server/courses/authoring/coverage.ts'
import { type Problem, problemLine, problemLog } from '#server/courses/authoring/files/problems.ts'
import { theCourses } from '#test/support/app.ts'

const catalogue = theCourses()

function read(topic: string) {
  const problems: Problem[] = []
  const text = `groups:\n  - title: A law\n    about: Where it is from.\n    courses: [residential-settings]\n    topics:\n      - ${topic}\n`
  const file = { path: 'courses/coverage.yml', inner: 'coverage.yml', text }
  const groups = readCoverage(file, catalogue, problemLog(problems))
  return { groups, said: problems.map(problemLine).join('\n') }
}

describe('the map from duties to lessons', () => {
  test('finds everything based on the facts of a topic, in the courses of its group', () => {
    const { groups, said } = read('{ title: Reports, facts: [A5-02] }')
    expect(said).toBe('')
    const texts = [...catalogue.courses.values()].map(({ current }) => current)
    const [topic] = coverageOf(groups, texts, catalogue.jobAids)[0]!.topics
    expect(topic!.lessons.length).toBeGreaterThan(0)
    expect(topic!.lessons.every(({ href }) => href.startsWith('/courses/residential-settings/'))).toBe(true)
    expect(topic!.questions).toBeGreaterThan(0)
    expect(topic!.jobAids.map(({ href }) => href)).toContain('/job-aids/reporting-card')
  })

  test.each([
    ['a fact', '{ title: T, facts: [A9-99] }', /coverage.yml:6: There is no fact "A9-99"/],
    [
      'a lesson',
      '{ title: T, facts: [], lessons: [residential-settings/x/y] }',
      /There is no lesson "residential-settings\/x\/y"/,
    ],
    ['a question', '{ title: T, facts: [], questions: [residential-settings/x] }', /There is no question/],
    [
      'a job aid',
      '{ title: T, facts: [], job_aids: [reporting-cards] }',
      /There is no job aid "reporting-cards"\. Did you mean "reporting-card"/,
    ],
  ])('names %s that exists', (_, topic, says) => {
    expect(read(topic).said).toMatch(says)
  })

  test('shows topics that nothing teaches', () => {
    const { groups } = read('{ title: Untaught, facts: [] }')
    const [topic] = coverageOf(groups, [catalogue.courses.get('residential-settings')!.current], [])[0]!
      .topics
    expect(topic).toEqual({ title: 'Untaught', seen: true, lessons: [], questions: 0, jobAids: [] })
  })
})
