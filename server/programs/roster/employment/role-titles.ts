import { type Day, formatDay } from '#server/lib/days.ts'

/** A role title from a day on, until the next one. It may be planned. */
export type LaterTitle = Readonly<{ from_on: Day; role_title: string }>

type Titled = Readonly<{ role_title: string; hired_on: Day; later_titles: readonly LaterTitle[] }>

/** The role title on a day: the last that began by then, or the one that the employment began with. */
export const titleOn = ({ role_title, later_titles }: Titled, on: Day): string =>
  later_titles.findLast(({ from_on }) => from_on <= on)?.role_title ?? role_title

/** The titles with another one from a day on. What is planned after that day stays; a repeated title is left out. */
export function withTitle(
  { role_title: first, hired_on, later_titles }: Titled,
  role_title: string,
  from_on: Day,
): Pick<Titled, 'role_title' | 'later_titles'> {
  const isFirst = from_on <= hired_on
  const began = isFirst ? role_title : first
  const others = later_titles.filter((one) => one.from_on !== from_on)
  const all = isFirst ? others : [...others, { from_on, role_title }]
  const sorted = all.toSorted((a, b) => a.from_on.localeCompare(b.from_on))
  return {
    role_title: began,
    later_titles: sorted.filter((one, index) => one.role_title !== (sorted[index - 1]?.role_title ?? began)),
  }
}

/** "Shift lead from January 4, 2027" for each title after the first. */
export const laterTitleWords = ({ later_titles }: Pick<Titled, 'later_titles'>): string =>
  later_titles
    .map(({ from_on, role_title }) => `${role_title || 'No title'} from ${formatDay(from_on)}`)
    .join('; ')
