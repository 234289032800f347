/** The color of buttons, links and marks that an installation chose, tested against every background it is used on. */

const lightGrounds = ['#ffffff', '#fbfaf7', '#f3f1eb']
const darkGrounds = ['#18212a', '#10171e', '#212c37']
const darkInk = '#0d1b27'

/** WCAG 2.2 AA for text. */
export const leastContrast = 4.5

export const isColor = (text: string): boolean => /^#[0-9a-f]{6}$/.test(text)

const channels = (color: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))

const hex = (values: readonly number[]): string =>
  `#${values.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`

/** 0: the first color alone. 1: the second alone. */
const mix = (one: string, other: string, part: number): string => {
  const others = channels(other)
  return hex(channels(one).map((value, at) => value + (others[at]! - value) * part))
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** The contrast ratio of WCAG 2: from 1 to 21. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** The lowest contrast of a color with any light background that it is used on, or with white letters on it. */
export const lowestContrast = (color: string): number =>
  Math.min(...[...lightGrounds, soft(color)].map((ground) => contrast(color, ground)))

const soft = (color: string): string => mix(color, '#ffffff', 0.9)

/** The nearest darker color that has enough contrast everywhere. */
export const nearestReadable = (color: string): string =>
  steps(color, '#000000').find((one) => lowestContrast(one) >= leastContrast) ?? '#000000'

/** The same color for the dark scheme: as light as its backgrounds, and the dark letters on it, need. */
const forDark = (color: string): string =>
  steps(color, '#ffffff').find((one) =>
    [...darkGrounds, darkInk, mix(one, '#10171e', 0.8)].every(
      (ground) => contrast(one, ground) >= leastContrast,
    ),
  ) ?? '#ffffff'

const steps = (color: string, toward: string): readonly string[] =>
  Array.from({ length: 41 }, (_, step) => mix(color, toward, step / 40))

/** The style sheet that follows the product's own. */
export function colorSheet(color: string): string {
  const dark = forDark(color)
  const light = roles({
    primary: color,
    'primary-hover': mix(color, '#000000', 0.25),
    'primary-active': mix(color, '#000000', 0.5),
    'primary-soft': soft(color),
    link: color,
    'link-hover': mix(color, '#000000', 0.35),
  })
  const darkRoles = roles({
    primary: dark,
    'primary-hover': mix(dark, '#ffffff', 0.35),
    'primary-active': mix(dark, '#ffffff', 0.6),
    'primary-soft': mix(dark, '#10171e', 0.8),
    link: dark,
    'link-hover': mix(dark, '#ffffff', 0.35),
  })
  return `:root{${light}}@media screen and (prefers-color-scheme:dark){:root:not([data-scheme=light]){${darkRoles}}}@media screen{[data-scheme=dark]:root{${darkRoles}}}\n`
}

const roles = (colors: Readonly<Record<string, string>>): string =>
  Object.entries(colors)
    .map(([name, color]) => `--${name}:${color}`)
    .join(';')
