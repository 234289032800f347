/** A path within this site to go back to; null for anything that could lead elsewhere. */
export const pathOfOurs = (path: string | undefined): string | null =>
  path && /^\/(?![/\\])[^\\\s]*$/.test(path) ? path : null
