/** Makes equal texts below `root` one text in memory: versions of a course repeat most of each other's. */
export function shareStrings(root: object): void {
  const known = new Map<string, string>()
  const seen = new Set<object>()
  const shared = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) share(value)
    if (typeof value !== 'string') return value
    const found = known.get(value)
    if (found === undefined) known.set(value, value)
    return found ?? value
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
