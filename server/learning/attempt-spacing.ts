import { count, duration, list } from '#server/web/words.ts'

/** A finished attempt at a module’s questions, as it is kept with a completion. */
export type AttemptTime = Readonly<{
  /** The module's title. */
  module: string
  started_at: string
  finished_at: string
  is_passed: boolean
}>

/** How far apart someone's attempts were, in sentences. Empty for a single attempt. */
export function attemptSpacing(attempts: readonly AttemptTime[]): readonly string[] {
  if (attempts.length < 2) return []
  const ordered = attempts.toSorted((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at))
  const first = Date.parse(ordered[0]!.started_at)
  const last = Math.max(...ordered.map(({ finished_at }) => Date.parse(finished_at)))
  const modules = [...Map.groupBy(ordered, ({ module }) => module)]
  const repeated = modules.filter(([, tried]) => tried.length > 1)
  return [
    `From the start of the first attempt to the end of the last: ${duration((last - first) / 1000)}.`,
    ...(repeated.length === 0
      ? ['One attempt at each module.']
      : repeated.map(
          ([module, tried]) =>
            `${module}: ${count(tried.length, 'attempt')}, with ${list(pauses(tried).map(duration))} between them.`,
        )),
  ]
}

/** The seconds from the end of each attempt to the start of the next. */
const pauses = (attempts: readonly AttemptTime[]): readonly number[] =>
  attempts
    .slice(1)
    .map(({ started_at }, n) =>
      Math.max(0, (Date.parse(started_at) - Date.parse(attempts[n]!.finished_at)) / 1000),
    )
