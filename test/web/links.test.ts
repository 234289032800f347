import { beforeAll, expect, test } from 'vitest'
import { demoCast } from '#server/demo/cast.ts'
import { fillDemoClassroom } from '#server/demo/classroom.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { readModule } from '#test/support/taking.ts'
import { crawl, wordsRunTogether } from './crawling.ts'

let world: World
const joined = new Set<string>()
beforeAll(async () => {
  world = await aWorld()
  await fillDemoClassroom(world.db, world.catalogue, world.clock.now)
})

const people: readonly Readonly<{ name: string; email: string | null }>[] = [
  { name: 'a visitor', email: null },
  ...demoCast,
]

/** Follows every link of one person, and keeps the words that run together on the way. */
async function follow(email: string | null) {
  const { pages, dead } = await crawl(email ? await world.as(email) : world.visitor())
  for (const { address, runTogether } of pages)
    for (const words of runTogether) joined.add(`${words} (${address})`)
  return { pages, dead }
}

test.each(people)(
  'every link that $name sees leads to a page',
  async ({ email }) => {
    const { pages, dead } = await follow(email)
    expect(pages.length).toBeGreaterThan(20)
    expect(dead).toEqual([])
  },
  300_000,
)

test('every link that someone in the middle of a course sees leads to a page', async () => {
  const course = world.catalogue.courses.get('residential-settings')!.current
  const ada = await world.as('ada@northstar.example')
  await ada.post(`/courses/${course.slug}/enrollment`)
  await readModule(ada, course, course.modules[0]!)
  await ada.post(`/courses/${course.slug}/${course.modules[0]!.slug}/assessment`)
  const { pages, dead } = await follow('ada@northstar.example')
  const lessons = pages.filter(({ address }) => /^\/courses\/[^/]+\/[^/]+\/[^/]+$/.test(address))
  expect(lessons.length).toBeGreaterThan(course.modules[0]!.lessons.length)
  expect(dead).toEqual([])
})

test('no words run together where a reader drops the layout, on any of these pages', () => {
  expect([...joined]).toEqual([])
})

test.each([
  ['two spans', '<a><strong>14</strong><span>cleared</span></a>', ['14|cleared']],
  ['two blocks', '<p>Module 1 of 5</p><p>Lesson 1 of 6</p>', ['Module 1 of 5|Lesson 1 of 6']],
  ['a number and its note', '988<sup><a>11,12</a></sup>', ['988|11,12']],
  ['spans with a space', '<strong>14</strong> <span>cleared</span>', []],
  ['a word that is partly a link', 'the <a>navigator</a>, and', []],
  ['a line break', '14<br>cleared', []],
  ['a change within a word', 'at 10:<ins>40</ins> a.<del>m</del>', []],
])('words that run together are found: %s', (_, html, found) => {
  expect(wordsRunTogether(html)).toEqual(found)
})
