import { type Catalogue, type Course, facilitatorGuidePath } from './catalogue.ts'
import type { CourseFile } from './course-files.ts'
import { type Sheet, type SheetBlock, spansText } from './sheet.ts'
import { readSheet } from './sheet-text.ts'
import type { SupportLine } from './support.ts'
import type { Shared } from './versions.ts'

/** What holds for every module that is taken as a group. */
export type FacilitatorsGuide = {
  readonly sheet: Sheet
  /** Blocks up to where the lessons of a module stand, and those after them. */
  readonly before: readonly SheetBlock[]
  readonly after: readonly SheetBlock[]
  /** The ISO day on which the oldest of its facts and values was checked. */
  readonly checked: string
}

/** Under this heading the lessons of a module are put. */
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
      `Write "## ${lessonsHeading}": the lessons of each module are put below it.`,
    )
  const next = sheet.blocks.findIndex((block, index) => index > at && isMain(block))
  const end = at === -1 || next === -1 ? sheet.blocks.length : next
  return { sheet, before: sheet.blocks.slice(0, end), after: sheet.blocks.slice(end), checked }
}

/** The guides to the modules of a course, as whoever begins today takes it. */
export const guidesOf = (
  { facilitatorsGuide }: Pick<Catalogue, 'facilitatorsGuide'>,
  { slug, current }: Pick<Course, 'slug' | 'current'>,
) =>
  facilitatorsGuide
    ? current.modules.map((module) => ({
        module: module.slug,
        title: module.title,
        href: facilitatorGuidePath(slug, module.slug),
      }))
    : []

const isMain = (block: SheetBlock): block is SheetBlock & { kind: 'heading' } =>
  block.kind === 'heading' && block.level === 2
