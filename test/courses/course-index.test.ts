import { beforeAll, describe, expect, test } from 'vitest'
import { lessonPath } from '#server/courses/catalogue/catalogue.ts'
import type { LessonHref } from '#server/courses/catalogue/lesson-links.ts'
import { courseIndex } from '#server/courses/course-index.ts'
import { aWorld, theCourses, type World } from '#test/support/app.ts'
import { door, loadedAfter } from './fixture.ts'

const toLesson: LessonHref = ({ course, module, lesson, part }) =>
  `${lessonPath(course.slug, module, lesson)}${part ? `#${part}` : ''}`

const courses = [...theCourses().courses.values()].map(({ current }) => current)

describe('the index', () => {
  test('goes from A to Z and lists each lesson that marks a term', () => {
    for (const course of courses) {
      const letters = courseIndex(course, theCourses().glossary, toLesson)
      const names = letters.map(({ letter }) => letter)
      expect(names).toEqual([...names].sort())
      const entries = letters.flatMap(({ entries }) => entries)
      for (const module of course.modules)
        for (const lesson of module.lessons)
          for (const term of lesson.terms) {
            const places = entries.find(({ word, see }) => word === term && !see)!.places
            const path = `/courses/${course.slug}/${module.slug}/${lesson.slug}`
            expect(places.map(({ href }) => href.replace(/#.*/, ''))).toContain(path)
          }
    }
  })

  test('links to the heading that mentions a term, and from other forms to the main entry', () => {
    const { catalogue } = loadedAfter({
      [door]: (text) => `${text}\n## Where the front desk is\n\nBy the door.\n`,
      'glossary.yml': () =>
        'terms:\n  front desk: { text: "The desk by the door.", also: [reception, receptions] }\n  attic: "Up."\n',
    })
    const [a, ...others] = courseIndex(
      catalogue.courses.get('welcome')!.working!,
      catalogue.glossary,
      toLesson,
    )
    expect(a!.letter).toBe('F')
    expect(a!.entries[0]!.places).toEqual([
      {
        module: 1,
        lesson: expect.any(String),
        href: '/courses/welcome/first-day/at-the-door#part-where-the-front-desk-is',
        under: 'Where the front desk is',
      },
      // It marks the word, and has no heading that speaks of it.
      expect.objectContaining({ href: '/courses/welcome/first-day/practice', under: undefined }),
    ])
    expect(others).toEqual([
      { letter: 'R', entries: [{ word: 'reception', see: 'front desk', slug: 'front-desk', places: [] }] },
    ])
  })
})

describe('its page', () => {
  let world: World
  beforeAll(async () => {
    world = await aWorld()
  })

  test('is public and linked from the course and the glossary', async () => {
    const visitor = world.visitor()
    for (const { slug } of courses) {
      const { statusCode, body } = await visitor.get(`/courses/${slug}/index`)
      expect(statusCode).toBe(200)
      expect(body).toContain('href="/glossary#regional-navigator"')
      expect((await visitor.get(`/courses/${slug}`)).body).toContain(`href="/courses/${slug}/index"`)
      expect((await visitor.get('/glossary')).body).toContain(`href="/courses/${slug}/index"`)
    }
    expect((await visitor.get('/courses/nothing/index')).statusCode).toBe(404)
  })

  test('has unique anchors, and every link in it works', async () => {
    const { body } = await world.visitor().get('/courses/child-protection/index')
    const ids = [...body.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, id] of body.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id)
    const glossary = (await world.visitor().get('/glossary')).body
    for (const [, id] of body.matchAll(/href="\/glossary#([^"]+)"/g)) expect(glossary).toContain(`id="${id}"`)
  })
})
