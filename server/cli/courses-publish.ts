/**
 * `npm run courses:publish -- residential-settings 1.1.0 --change meaning --summary "…" --by noor@review.example`:
 * freezes the draft of a course as a published version, which is never edited again. Exit code 1: refused.
 * Standard error says why, and nothing was written.
 */
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { changeWords } from '#server/courses/authoring/change-record.ts'
import { readCoursesFolder } from '#server/courses/authoring/files/course-files.ts'
import { loadFolder } from '#server/courses/authoring/load.ts'
import { type PublicationPlan, planPublication } from '#server/courses/authoring/publish.ts'
import { dayOf } from '#server/lib/days.ts'

const usage =
  'Usage: npm run courses:publish -- COURSE VERSION --change typo|clarification|meaning --summary "What changed" --by EMAIL [--courses FOLDER]'

const given = commandLine()
if (typeof given === 'string') fail([given, usage])
else publish(given)

function commandLine() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        change: { type: 'string' },
        summary: { type: 'string', default: '' },
        by: { type: 'string', default: '' },
        courses: { type: 'string' },
      },
    })
    const [course, version, ...more] = positionals
    if (course === undefined || version === undefined || more.length > 0)
      return 'Enter the course and the version number.'
    if (!/^\d+\.\d+\.\d+$/.test(version))
      return `"${version}" is not a version. A version is three numbers with periods, such as 1.0.0.`
    return { ...values, course, version, change: values.change }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function publish(asked: Exclude<ReturnType<typeof commandLine>, string>): void {
  const dir = resolve(asked.courses ?? `${import.meta.dirname}/../../courses`)
  const folder = readCoursesFolder(dir)
  const plan = planPublication(folder, loadFolder(folder), { ...asked, on: dayOf(new Date()) })
  if (plan.kind === 'refused') {
    fail(plan.reasons)
    return
  }
  write(dir, asked, plan)
  const { text, record } = plan
  const said = [
    `${text.title}, version ${text.version}, is published under ${asked.course}/published/${asked.version}.`,
    `  Text ${text.hash}`,
    `  ${changeWords[record.kind]}${record.since ? ` since ${record.since}: ${record.summary}` : '.'}`,
    ...(record.since
      ? [
          `  Lessons changed: ${record.lessons.join(', ') || 'none'}`,
          ...Object.entries(record.readAgain).map(([place, why]) => `  Read again: ${place}: ${why}`),
          `  Questions changed: ${record.questions.join(', ') || 'none'}`,
        ]
      : []),
    '',
    'Next:',
    `  1. Commit courses/${asked.course}/published/${asked.version} and restart the service. New learners then get this version.`,
    '     Learners who have already started stay on their version until they choose to switch.',
    '  2. A content reviewer records the commissioner’s approval of this text, and a second one confirms it: /review/courses',
    `  3. Before the next edit of the draft, enter a higher version in courses/${asked.course}/course.yml.`,
  ]
  if (record.kind === 'meaning')
    said.push(
      '  4. A content reviewer sets the deadline for people who completed an older version to read the changed lessons.',
    )
  console.log(said.join('\n'))
}

/** Written under another name and then renamed, so that a version is never half written. */
function write(
  dir: string,
  { course, version }: { course: string; version: string },
  { files }: Extract<PublicationPlan, { kind: 'ready' }>,
): void {
  const root = `${course}/published/${version}`
  const beside = `${course}/published/.${version}-unfinished`
  rmSync(join(dir, beside), { recursive: true, force: true })
  for (const [path, content] of files) {
    const target = join(dir, beside, path.slice(root.length + 1))
    mkdirSync(dirname(target), { recursive: true })
    if (typeof content === 'string') writeFileSync(target, content)
    else copyFileSync(content.copyOf, target)
  }
  renameSync(join(dir, beside), join(dir, root))
}

function fail(lines: readonly string[]): void {
  console.error(lines.join('\n'))
  process.exitCode = 1
}
