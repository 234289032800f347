/** Makes equal texts below `root` one text in memory: versions of a course repeat most of each other's. */
export function shareStrings(root: object): void {
  const known = new Map<string, string>()
  const seen = new Set<object>()
  function share(value: object): void {
    if (seen.has(value)) return
    seen.add(value)
    const isMap = value instanceof Map
    for (const [name, one] of isMap ? value : Object.entries(value)) {
      if (typeof one === 'object' && one !== null) share(one)
      if (typeof one !== 'string') continue
      const found = known.get(one)
      if (found === undefined) known.set(one, one)
      else if (isMap) value.set(name, found)
      else Reflect.set(value, name, found)
    }
  }
  share(root)
}
