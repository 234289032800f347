/** `npm run courses:check`: reads every course and reports errors by file and line, with how to fix them. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { coursesReport } from '#server/courses/authoring/report.ts'
import { reportText } from '#server/courses/authoring/report-text.ts'
import { jobAidFaults } from '#server/handouts/one-page.ts'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const dir = resolve(positionals[0] ?? `${import.meta.dirname}/../../courses`)
const { catalogue, problems } = loadCourses(dir)
const report = coursesReport(
  catalogue,
  [...problems, ...jobAidFaults(catalogue)],
  new Date().toISOString().slice(0, 10),
)
process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${reportText(report)}\n`)
process.exitCode = report.ok ? 0 : 1
