import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import {
  type Catalogue,
  type Course,
  facilitatorGuidePath,
  isForGroups,
} from '#server/courses/catalogue/catalogue.ts'
import type { FacilitatorsGuide, SupportLine } from '#server/courses/catalogue/course-parts.ts'
import { type SheetBlock, spansText } from '#server/courses/catalogue/sheet.ts'
import { readSheet } from './sheet-text.ts'
import type { Shared } from './versions.ts'

/** The lessons of a module are inserted under this heading. */
const lessonsHeading = 'The lessons'

export function readFacilitatorsGuide(
  file: CourseFile,
  shared: Shared,
  support: readonly SupportLine[],
): FacilitatorsGuide | undefined {
  const text = readSheet(file, 'Facilitator’s guide', shared, support)
  if (!text) return undefined
  const { sheet, checked } = text
  const at = sheet.blocks.findIndex((block) => isMain(block) && spansText(block.spans) === lessonsHeading)
  if (at === -1)
    shared.log.error(
      file.path,
      1,
      `The guide has no heading "${lessonsHeading}".`,
      `Add "## ${lessonsHeading}". The lessons of each module are inserted below it.`,
    )
  const next = sheet.blocks.findIndex((block, index) => index > at && isMain(block))
  const end = at === -1 || next === -1 ? sheet.blocks.length : next
  return { sheet, before: sheet.blocks.slice(0, end), after: sheet.blocks.slice(end), checked }
}

/** The guides to the modules of a course's current version that a group may take. */
export const guidesOf = (
  { facilitatorsGuide }: Pick<Catalogue, 'facilitatorsGuide'>,
  { slug, current }: Pick<Course, 'slug' | 'current'>,
) =>
  facilitatorsGuide
    ? current.modules.filter(isForGroups).map((module) => ({
        module: module.slug,
        title: module.title,
        href: facilitatorGuidePath(slug, module.slug),
      }))
    : []

const isMain = (block: SheetBlock): block is SheetBlock & { kind: 'heading' } =>
  block.kind === 'heading' && block.level === 2
