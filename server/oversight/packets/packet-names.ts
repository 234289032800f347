import { isDrawable } from '#server/paper/text-lines.ts'

/**
 * A name as the PDF prints it. Some scripts have no font here: then it says which, with the beginning of the person’s id, so
 * that two people aren't taken for one. The tables of the packet have every name as it was typed.
 */
export const printedName = ({ name, person_id }: Readonly<{ name: string; person_id: string }>): string =>
  isDrawable(name) ? name : `${name} (id ${person_id.slice(0, 8)}, see people.csv)`
