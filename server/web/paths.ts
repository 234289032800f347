/** A path on this site that is safe in a Location header. Null for anything that leads to another site. */
export function pathOfOurs(path: string | undefined): string | null {
  if (!path || !/^\/(?![/\\])[^\\\s]*$/.test(path)) return null
  const here = 'http://here.invalid'
  if (!URL.canParse(path, here)) return null
  const { origin, pathname, search, hash } = new URL(path, here)
  // Dots can leave two slashes at the start: `/.//elsewhere.example`.
  return origin === here && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : null
}
