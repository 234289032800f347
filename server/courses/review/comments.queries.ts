import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type Comment = Readonly<{
  id: string
  version: string
  module: string
  lesson: string
  anchor: string
  quoted: string
  body: string
  by_name: string
  written_at: Date
}>

/** Comments on any version of a lesson, oldest first. */
export async function listComments(
  db: Kysely<DB>,
  course: string,
  module: string,
  lesson: string,
): Promise<readonly Comment[]> {
  const { rows } = await sql<Comment>`
    select c.id, c.version, c.module, c.lesson, c.anchor, c.quoted, c.body, p.name as by_name, c.written_at
    from course_comments c join people p on p.id = c.written_by
    where c.course = ${course} and c.module = ${module} and c.lesson = ${lesson}
    order by c.written_at`.execute(db)
  return rows
}

/** The number of comments on each lesson of a course, by 'module/lesson'. */
export async function countComments(db: Kysely<DB>, course: string): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('course_comments')
    .select(({ fn }) => ['module', 'lesson', fn.countAll<number>().as('count')])
    .where('course', '=', course)
    .groupBy(['module', 'lesson'])
    .execute()
  return new Map(rows.map((row) => [`${row.module}/${row.lesson}`, Number(row.count)]))
}
