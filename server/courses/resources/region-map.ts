import type { Point, ResourceRegion } from '#server/courses/catalogue/resource-parts.ts'

/** The drawing's size; its labels are set in 14 of these. */
export const mapSize = { width: 390, height: 420 } as const

const west = 97.4
const north = 49.55
// At 46 degrees north, a degree of longitude is 0.69 of a degree of latitude.
const degree = 68
const narrow = 0.69

const place = ([degreesWest, degreesNorth]: Point): Point => [
  Math.round((west - degreesWest) * degree * narrow * 10) / 10,
  Math.round((north - degreesNorth) * degree * 10) / 10,
]

/** The regions as shapes of a drawing, each with the number of entries that name it. */
export function mapShapes(regions: readonly ResourceRegion[], counts: ReadonlyMap<string, number>) {
  return regions.map(({ id, name, label, outline }) => {
    const [x, y] = place(label)
    const words = name.split(' ')
    return {
      ...{ id, name, x, y, count: counts.get(id) ?? 0 },
      points: outline.map((point) => place(point).join(',')).join(' '),
      lines: words.map((word, at) => ({ word, dy: (at - (words.length - 1) / 2) * 16 + 5 })),
    }
  })
}
