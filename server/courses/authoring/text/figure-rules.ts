import { suggestion } from '#server/courses/authoring/files/problems.ts'

/** The SVG elements that a drawing can use. Everything else is refused. */
export const elements = [
  'svg',
  'title',
  'desc',
  'g',
  'path',
  'line',
  'polyline',
  'polygon',
  'rect',
  'circle',
  'ellipse',
  'text',
  'tspan',
  'defs',
  'marker',
]
const classes = [
  'fig-line',
  'fig-line-strong',
  'fig-line-soft',
  'fig-box',
  'fig-box-strong',
  'fig-box-soft',
  'fig-notice',
  'fig-text',
  'fig-text-strong',
  'fig-text-small',
  'fig-text-inverse',
  'fig-arrow',
]

/** A part of an interactive drawing that is highlighted when its step is opened. */
export const stepOfClass = (name: string): number | undefined => {
  const found = /^fig-step-([1-9])$/.exec(name)
  return found ? Number(found[1]) : undefined
}

/** Label sizes from `_figure.scss`, in units of the drawing. */
const labelSizes: Readonly<Record<string, number>> = { 'fig-text-small': 14 }
const usualLabelSize = 15

export const labelSize = (classNames: string) =>
  Math.min(usualLabelSize, ...classNames.split(/\s+/).map((name) => labelSizes[name] ?? usualLabelSize))

const attributes = new Set([
  'xmlns',
  'viewBox',
  'id',
  'class',
  'role',
  'transform',
  'x',
  'y',
  'x1',
  'y1',
  'x2',
  'y2',
  'cx',
  'cy',
  'r',
  'rx',
  'ry',
  'd',
  'points',
  'width',
  'height',
  'dx',
  'dy',
  'text-anchor',
  'dominant-baseline',
  'alignment-baseline',
  'rotate',
  'textLength',
  'lengthAdjust',
  'preserveAspectRatio',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'markerWidth',
  'markerHeight',
  'markerUnits',
  'refX',
  'refY',
  'orient',
  'marker-start',
  'marker-mid',
  'marker-end',
  'aria-hidden',
  'aria-labelledby',
  'aria-label',
  'xml:space',
  'xml:lang',
  'lang',
])

/** The elements to suggest in error messages. */
export const drawnWith = elements.slice(3)

export function attributeProblem(
  element: string,
  key: string,
  value: string,
): [message: string, fix: string] | undefined {
  if (key === 'class') {
    const unknown = value
      .split(/\s+/)
      .find((name) => name !== '' && !classes.includes(name) && stepOfClass(name) === undefined)
    return unknown === undefined
      ? undefined
      : [`The drawing uses the class "${unknown}".`, suggestion(unknown, classes, 'classes')]
  }
  if ((key === 'fill' || key === 'stroke') && value === 'none') return undefined
  if (/^(fill|stroke|color|stop-color|opacity|fill-opacity|stroke-opacity|stroke-width)$/.test(key)) {
    return [
      `The drawing sets ${key}="${value}" on <${element}>.`,
      'Remove it and use one of the fig- classes.',
    ]
  }
  if (!attributes.has(key)) {
    return [
      `The drawing has ${key}="${value.slice(0, 30)}" on <${element}>, which is not allowed.`,
      'Remove it. Sizes and colors come from the fig- classes.',
    ]
  }
  if (/^marker-/.test(key) ? !/^(none|url\(#[\w-]+\))$/.test(value) : /url\(|javascript:/i.test(value)) {
    return [`The drawing has ${key}="${value}".`, 'Remove it. Drawings can’t link anywhere.']
  }
  return undefined
}
