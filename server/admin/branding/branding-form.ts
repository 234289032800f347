import type { BrandingSetting, OwnSupportLine } from '#server/admin/setup/settings.queries.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { oneLine, type Typed } from '#server/programs/typed-form.ts'
import { isColor, leastContrast, lowestContrast, nearestReadable } from './colors.ts'

export const supportLineCount = 4

type ReadBranding =
  | { kind: 'read'; color: string | null; support_lines: readonly OwnSupportLine[] }
  | { kind: 'problems'; problems: readonly Problem[] }

/** Reads the color and the installation's own support lines. */
export function readBranding(typed: Typed): ReadBranding {
  const problems: Problem[] = []
  const color = readColor(typed.color ?? '', problems)
  const support_lines = readSupportLines(typed, problems)
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'read', color, support_lines }
}

function readColor(text: string, problems: Problem[]): string | null {
  const color = text.trim().toLowerCase()
  if (color === '') return null
  const full = color.startsWith('#') ? color : `#${color}`
  const refuse = (message: string) => {
    problems.push({ field: 'color', message })
    return null
  }
  if (!isColor(full))
    return refuse(`“${text.trim()}” is not a color. Enter it as six digits or letters, like #0b3a5b.`)
  const lowest = lowestContrast(full)
  if (lowest >= leastContrast) return full
  return refuse(
    `${full} has a contrast of ${lowest.toFixed(1)} to 1 with our backgrounds, and text needs ${leastContrast} to 1. The nearest that has it is ${nearestReadable(full)}.`,
  )
}

function readSupportLines(typed: Typed, problems: Problem[]): readonly OwnSupportLine[] {
  const lines: OwnSupportLine[] = []
  for (let at = 1; at <= supportLineCount; at += 1) {
    const [name, phone, about] = ['name', 'phone', 'about'].map((part) =>
      oneLine(typed[`line_${at}_${part}`] ?? ''),
    ) as [string, string, string]
    if (!name && !phone && !about) continue
    if (!name) problems.push({ field: `line_${at}_name`, message: `Enter the name of line ${at}.` })
    if (!/^[+()\d][\d ()+.x-]{2,30}$/.test(phone))
      problems.push({ field: `line_${at}_phone`, message: `Enter a phone number for line ${at}.` })
    lines.push({ name, phone, about })
  }
  return lines
}

export const typedBranding = ({ color, support_lines }: BrandingSetting): Typed => ({
  color: color ?? '',
  ...Object.fromEntries(
    support_lines.flatMap(({ name, phone, about }, at) => [
      [`line_${at + 1}_name`, name],
      [`line_${at + 1}_phone`, phone],
      [`line_${at + 1}_about`, about],
    ]),
  ),
})
