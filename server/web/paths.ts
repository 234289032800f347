/** A path within this site to go back to, as a Location header can hold it; null for anything that leads elsewhere. */
export function pathOfOurs(path: string | undefined): string | null {
  if (!path || !/^\/(?![/\\])[^\\\s]*$/.test(path)) return null
  const here = 'http://here.invalid'
  if (!URL.canParse(path, here)) return null
  const { origin, pathname, search, hash } = new URL(path, here)
  // Dots can leave two slashes at the beginning: `/.//elsewhere.example`.
  return origin === here && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : null
}
