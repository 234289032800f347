import { flushCompileCache } from 'node:module'

/** By then the jobs of the start have run. */
const afterStart = 10_000
const everyMinute = 60_000
/** Less than this isn't worth the pause. */
const worthwhile = 32 * 1024 * 1024

/**
 * Returns memory that is no longer needed: first what only the start needed, a third of it all, and later what a time of
 * load leaves behind. V8 alone keeps pages that are empty or nearly so as long as requests come. It takes a quarter of a
 * second, at most once a minute, and only after the process has grown. Started without `--expose-gc`, it keeps that memory.
 */
export function returnUnusedMemory(): void {
  // The next start takes its code from there, even if this process is killed.
  setTimeout(flushCompileCache, afterStart).unref()
  const { gc } = globalThis
  if (!gc) return
  let least = 0
  const look = () => {
    const now = process.memoryUsage.rss()
    if (now - least >= worthwhile) {
      gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
      least = process.memoryUsage.rss()
    } else least = Math.min(least, now)
  }
  setTimeout(look, afterStart).unref()
  setInterval(look, everyMinute).unref()
}
