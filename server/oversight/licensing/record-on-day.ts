import { type Day, formatDay } from '#server/lib/days.ts'
import type { ReviewPerson } from '#server/oversight/reviews/review-people.ts'

const mostGapsShown = 8

/** What a program’s record says on a day without naming anyone: gaps, open ones first, conflicts, and standings in numbers. */
export function recordOnDay(people: readonly ReviewPerson[]) {
  const gaps = people
    .flatMap((person) => person.gaps)
    .sort((a, b) => Number(b.open) - Number(a.open) || (a.to < b.to ? 1 : -1))
  return {
    gaps: gaps.slice(0, mostGapsShown).map((gap) => ({
      isOpen: gap.open,
      title: gap.title,
      when: whenOf(gap.from, gap.to, gap.open),
      words: gap.words,
    })),
    moreGaps: Math.max(0, gaps.length - mostGapsShown),
    open: people.filter((person) => person.gaps.some(({ open }) => open)).length,
    withGap: people.filter((person) => person.gaps.length > 0).length,
    conflicts: people.filter(({ contact }) => contact === 'unknown').length,
  }
}

const whenOf = (from: Day, to: Day, isOpen: boolean): string =>
  isOpen
    ? `Since ${formatDay(from)}`
    : from === to
      ? formatDay(from)
      : `${formatDay(from)} to ${formatDay(to)}`
