import { problemLine } from '#server/courses/authoring/files/problems.ts'
import type { CourseReport, CoursesReport, JobAidReport } from './report-shape.ts'

/** The report for authors: errors, warnings, then each course in numbers. */
export function reportText(report: CoursesReport): string {
  const errors = report.problems.filter(({ level }) => level === 'error')
  const warnings = report.problems.filter(({ level }) => level === 'warning')
  const { total, by_status: status, older_than_a_year: old } = report.facts
  return [
    ...section(`Errors (${errors.length})`, errors.map(problemLine)),
    ...section(`Warnings (${warnings.length})`, warnings.map(problemLine)),
    ...report.courses.flatMap(courseLines),
    ...jobAidLines(report.job_aids),
    ...coverageLines(report.coverage),
    `Facts: ${total} (${status.V} seen, ${status.V2} secondhand, ${status.U} practice advice); ${old.length} checked more than a year ago.`,
    '',
    errors.length === 0
      ? 'The courses have no errors.'
      : `Fix ${count(errors.length, 'error')} before the service can start.`,
  ].join('\n')
}

const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : [title, ...lines, ''])
const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`

function courseLines(course: CourseReport): string[] {
  const { slug, version, state, hash } = course
  return [
    `${slug} ${version} (${state}, ${hash.slice(0, 12)})`,
    `  minutes: ${course.minutes_declared} declared, ${course.minutes_reckoned} calculated, everything included`,
    ...lessonTable(course),
    '',
    ...poolTable(course),
    '',
    ...guesserLines(course),
    '',
  ]
}

function lessonTable({ lessons }: CourseReport): string[] {
  const head = [
    'lesson',
    'words',
    'with exercises',
    'minutes',
    'calculated',
    'grade',
    'facts V/V2/U',
    'figures',
    'exercises',
    'scenarios',
  ]
  const rows = lessons.map((lesson) => [
    `${lesson.module}/${lesson.lesson}`,
    String(lesson.words),
    String(lesson.words_with_exercises),
    String(lesson.minutes_declared),
    String(lesson.minutes_reckoned),
    String(lesson.reading_grade),
    `${lesson.facts.V}/${lesson.facts.V2}/${lesson.facts.U}`,
    String(lesson.figures),
    String(lesson.exercises),
    String(lesson.scenarios),
  ])
  return table(head, rows)
}

function poolTable({ pools }: CourseReport): string[] {
  const head = [
    'pool',
    'questions',
    'draw',
    'scenarios',
    'practice',
    'minutes declared/calculated',
    'by objective',
    'endings',
    'correct is longest',
    'types',
  ]
  const rows = pools.map((pool) => [
    pool.module,
    String(pool.questions),
    String(pool.draw),
    String(pool.scenarios),
    String(pool.practice),
    `${pool.assessment_minutes_declared}/${pool.assessment_minutes_reckoned}`,
    pool.objectives.join(' '),
    String(pool.endings),
    percent(pool.correct_longest_share),
    Object.entries(pool.types)
      .map(([type, number]) => `${number} ${type}`)
      .join(', '),
  ])
  return table(head, rows)
}

/** How often a guesser who ignores the content is correct, by strategy. */
function guesserLines({ guesser, pools }: CourseReport): string[] {
  const names = Object.keys(guesser.strategies)
  const row = (name: string, { picks, chance, strategies }: CourseReport['guesser']) => [
    name,
    String(picks),
    percent(chance),
    ...names.map((strategy) => percent(strategies[strategy]!)),
  ]
  const rows = [...pools.map((pool) => row(pool.module, pool.guesser)), row('whole course', guesser)]
  return table(['guesser', 'picks', 'chance', ...names], rows)
}

const percent = (share: number) => `${Math.round(share * 100)} %`

function jobAidLines(aids: readonly JobAidReport[]): string[] {
  if (aids.length === 0) return []
  const rows = aids.map(({ job_aid, words, reading_grade, facts, checked }) => [
    job_aid,
    String(words),
    String(reading_grade),
    `${facts.V}/${facts.V2}/${facts.U}`,
    checked,
  ])
  return ['Job aids', ...table(['job aid', 'words', 'grade', 'facts V/V2/U', 'checked'], rows), '']
}

function coverageLines(topics: CoursesReport['coverage']): string[] {
  if (topics.length === 0) return []
  const rows = topics.map(({ topic, lessons, questions, job_aids }) => [
    topic,
    lessons === 0 ? 'none' : String(lessons),
    String(questions),
    String(job_aids),
  ])
  return ['Coverage', ...table(['topic', 'lessons', 'questions', 'job aids'], rows), '']
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  )
  return [head, ...rows].map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd(),
  )
}
