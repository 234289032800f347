/**
 * Makes equal texts one text, everywhere below `root`: versions of a course repeat most of each other's. Each text is also
 * a copy of its own, because V8 cuts a short text out of a long one by keeping the long one.
 */
export function shareStrings(root: object): void {
  const known = new Map<string, string>()
  const seen = new Set<object>()
  const own = (text: string) => {
    const found = known.get(text) ?? Buffer.from(text).toString()
    known.set(found, found)
    return found
  }
  const shared = (value: unknown) => {
    if (typeof value === 'string') return own(value)
    if (typeof value === 'object' && value !== null) share(value)
    return value
  }
  function share(value: object): void {
    if (seen.has(value)) return
    seen.add(value)
    if (value instanceof Map) {
      const entries = [...value]
      value.clear()
      for (const [key, one] of entries) value.set(shared(key), shared(one))
    } else for (const [name, one] of Object.entries(value)) Reflect.set(value, name, shared(one))
  }
  share(root)
}
