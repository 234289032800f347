import { describe, expect, test } from 'vitest'
import { type DemoPlace, demoStart } from '#server/demo/permission.ts'

const here: DemoPlace = { isEmbedded: true, isEmpty: true, isDemo: false, isReachable: false, demo: 'auto' }

describe('the demonstration', () => {
  test('fills an empty embedded database on this machine, and nothing else', () => {
    expect(demoStart(here).kind).toBe('fill')
    const others: readonly Partial<DemoPlace>[] = [
      { isEmbedded: false },
      { isEmpty: false },
      { isReachable: true },
      { demo: 'no' },
    ]
    for (const other of others)
      expect([other, demoStart({ ...here, ...other }).kind]).toEqual([other, 'leave'])
  })

  test('is never served at an address that others can reach, unless it is meant to be public', () => {
    const filled = { ...here, isEmpty: false, isDemo: true }
    expect(demoStart(filled).kind).toBe('leave')
    expect(demoStart({ ...filled, isReachable: true })).toMatchObject({
      kind: 'refuse',
      why: expect.stringContaining('DEMO=public'),
    })
    expect(demoStart({ ...filled, isReachable: true, demo: 'no' }).kind).toBe('refuse')
    expect(demoStart({ ...filled, isReachable: true, demo: 'public' }).kind).toBe('leave')
  })

  test('a real database is not started as the public demonstration', () => {
    expect(demoStart({ ...here, isEmpty: false, demo: 'public' }).kind).toBe('refuse')
  })
})
