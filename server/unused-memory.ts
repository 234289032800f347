import { flushCompileCache } from 'node:module'

/** By then the jobs of the start have run. */
const afterStart = 10_000

/**
 * Returns the memory that only the start needed, a third of it all: V8 alone keeps pages that are nearly empty. It takes a
 * quarter of a second, once. Started without `--expose-gc`, the process keeps that memory.
 */
export function returnUnusedMemory(): void {
  const collect = () => {
    // The next start takes its code from there, even if this process is killed.
    flushCompileCache()
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  }
  setTimeout(collect, afterStart).unref()
}
