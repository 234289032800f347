import { describe, expect, test } from 'vitest'
import { differences, smallest } from './second-opinion/comparison.ts'
import { drawnLife } from './second-opinion/drawn-lives.ts'

/**
 * The product's law against the second opinion in second-opinion/, on lives drawn by seed: each standing, date, count of
 * late days and clearance. Where they differ, the message gives the smallest such life; the decisions on dates in
 * docs/rules.md say who is right.
 */
const lives = process.env.LONG === '1' ? 1_000_000 : Number(process.env.LIVES ?? 20_000)
const batch = lives / 20
const batches = Array.from({ length: 20 }, (_, index) => 1 + index * batch)

describe('the second opinion on the law agrees with the law', () => {
  test.each(batches)(`on the drawn lives from number %i on`, { timeout: 60_000 + batch * 30 }, (first) => {
    const found: string[] = []
    let asked = 0
    for (let seed = first; seed < first + batch && found.length < 3; seed++) {
      const { life, asked: days } = drawnLife(seed)
      for (const on of days) {
        const lines = differences(life, on)
        if (lines) asked++
        if (lines?.length) found.push(described(seed, on))
      }
    }
    expect(found.join('\n\n')).toBe('')
    expect(asked).toBeGreaterThan(batch * 1.5)
  })
})

function described(seed: number, on: string) {
  const { life } = drawnLife(seed)
  const first = subject(differences(life, on)![0]!)
  const small = smallest(life, on, (lines) => lines.some((line) => subject(line) === first))
  return [`life ${seed} on ${on}`, ...differences(small, on)!, JSON.stringify(small)].join('\n')
}

/** 'residential-annual program-0: due' of 'residential-annual program-0: due 2025-01-31, …' */
const subject = (line: string) => line.split(' ').slice(0, 3).join(' ')
