/** Pages about one person that their supervisors and administrators open, by the beginning of the route's address. */
const pages: readonly (readonly [string, string])[] = [
  ['/team/:person', 'your training, on the team’s page'],
  ['/programs/:program/roster/:person', 'your work, on the roster'],
  ['/accounts/:person', 'your account'],
]

/** What someone looks at who opens this route; null where no one's record is opened, or the page logs it by itself. */
export const lookedAt = (route: string): string | null =>
  pages.find(([start]) => route === start || route.startsWith(`${start}/`))?.[1] ?? null
