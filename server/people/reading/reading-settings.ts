/** Where a device without a signed-in person keeps them. */
export const readingCookie = 'reading'

/** How someone likes to read: each setting with its choices, the usual one first. */
const readingChoices = {
  size: ['regular', 'small', 'large', 'largest'],
  spacing: ['regular', 'wide', 'widest'],
  typeface: ['serif', 'sans', 'atkinson'],
  scheme: ['auto', 'light', 'dark'],
  motion: ['auto', 'less'],
  shortcuts: ['on', 'off'],
  /** The name and icon on a home screen that others may see. */
  install: ['discreet', 'named'],
  /** Whether “Leave quickly” signs out, too. */
  leaving: ['stay', 'sign-out'],
} as const

type ReadingSetting = keyof typeof readingChoices
type ReadingSettings = Readonly<Record<ReadingSetting, string>>

const names = Object.keys(readingChoices) as ReadingSetting[]

/** 'large.wide.sans.auto.auto.on', as a cookie and the database keep it. A value that is unknown becomes the usual one. */
export const readingText = (settings: Readonly<Record<string, unknown>>): string =>
  names.map((name) => knownChoice(name, settings[name])).join('.')

export function readingSettings(text: string | null | undefined): ReadingSettings {
  const values = (text ?? '').split('.')
  return Object.fromEntries(names.map((name, at) => [name, knownChoice(name, values[at])])) as ReadingSettings
}

const knownChoice = (name: ReadingSetting, value: unknown): string =>
  readingChoices[name].find((choice) => choice === value) ?? readingChoices[name][0]

/** The attributes of <html> that apply them. Each has known letters only. The usual choice needs none. */
export const readingAttributes = (settings: ReadingSettings): string =>
  names
    .filter((name) => settings[name] !== readingChoices[name][0])
    .map((name) => ` data-${name}="${settings[name]}"`)
    .join('')
