/**
 * What the roster says of an employment in the program’s own words. No rule reads it. Forms, files, corrections, history,
 * and search follow this list. A new line also needs its column in a migration.
 */
export const workTexts = [
  {
    name: 'role_title',
    label: 'Role title',
    hint: '',
    otherHeadings: ['title', 'job title', 'role', 'position'],
  },
  {
    name: 'unit',
    label: 'Unit or shift',
    hint: 'For example: Nights, or Cedar House',
    otherHeadings: ['unit', 'shift', 'house', 'team'],
  },
] as const

export type WorkTextName = (typeof workTexts)[number]['name']

export type WorkTexts = Readonly<Record<WorkTextName, string>>

/** One value for each text. */
export const workTextsBy = (textOf: (name: WorkTextName) => string): WorkTexts =>
  Object.fromEntries(workTexts.map(({ name }) => [name, textOf(name)])) as WorkTexts

export const isWorkText = (name: string): name is WorkTextName => workTexts.some((text) => text.name === name)
