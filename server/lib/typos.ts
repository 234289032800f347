type Typo = Readonly<{ name: string; setting: string }>

/**
 * The first name in the environment that is almost a setting's. Started without DATABASE_URL because it says DATABSE_URL,
 * the service would quietly use another database. Short names are left alone: other programs have settings, too.
 */
export function likelyTypo(names: readonly string[], settings: ReadonlySet<string>): Typo | null {
  for (const name of names) {
    if (settings.has(name)) continue
    const setting = [...settings].find((one) => one.length >= 7 && distance(name, one) <= 2)
    if (setting) return { name, setting }
  }
  return null
}

/** How many letters have to be added, dropped, replaced or swapped with their neighbor (optimal string alignment). */
export function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwapped ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY
      row[j] = Math.min(replaced, swapped, rows[i - 1]![j]! + 1, row[j - 1]! + 1)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
