import { getElementsByTagName, textContent } from 'domutils'
import { parseDocument } from 'htmlparser2'
import { beforeAll, describe, expect, test } from 'vitest'
import { drawSheet } from '#server/handouts/drawing.ts'
import { layOutOnePage } from '#server/handouts/sheet-layout.ts'
import { faultsOf } from '#test/paper/pdf-rules.ts'
import { aWorld, theCourses, type World } from '#test/support/app.ts'
import { openedIn, readModule } from '#test/support/taking.ts'
import { type PaperReading, readPaper, wordsMissing } from './paper-reading.ts'

const eight = [
  'reporting-card',
  'indicators-at-a-glance',
  'language-that-helps',
  'when-a-young-person-returns',
  'safety-plan-worksheet',
  'no-wrong-door-contacts',
  'service-planning-checklist',
  'otip-referral-steps',
]

let world: World
beforeAll(async () => {
  world = await aWorld()
})

test('there are eight, in the order of the list', async () => {
  expect(theCourses().jobAids.map(({ slug }) => slug)).toEqual(eight)
  const { body } = await world.visitor().get('/job-aids')
  const places = eight.map((slug) => body.indexOf(`href="/job-aids/${slug}"`))
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
})

describe.each(eight)('%s', (slug) => {
  let page: string
  let paper: PaperReading
  beforeAll(async () => {
    const visitor = world.visitor()
    page = (await visitor.get(`/job-aids/${slug}`)).body
    const answer = await visitor.get(`/job-aids/${slug}.pdf`)
    expect(answer.headers['content-type']).toBe('application/pdf')
    expect(faultsOf(answer.rawPayload)).toEqual([])
    paper = await readPaper(answer.rawPayload)
  })

  test('is public and has the quick exit and support links', () => {
    expect(page).toContain('data-quick-exit')
    expect(page).toContain('href="/support?back=')
    expect(page).not.toContain('<form')
  })

  test('is one tagged Letter page in English, titled, its headings in order', () => {
    expect(paper.pages).toHaveLength(1)
    expect(paper).toMatchObject({ isTagged: true, language: 'en-US' })
    const title = theCourses().jobAids.find((aid) => aid.slug === slug)!.sheet.title
    expect(paper.title).toBe(`${title}: Job aid`)
    const headings = paper.roles.filter((role) => /^H\d$/.test(role))
    expect(headings[0]).toBe('H1')
    expect(headings.slice(1).length).toBeGreaterThan(2)
    expect(new Set(headings.slice(1))).toEqual(new Set(['H2']))
  })

  test('has every word of its web page in the PDF, in the same order', () => {
    const [article] = getElementsByTagName('article', parseDocument(page), true)
    const words = textContent(article!).split(/\s+/).filter(Boolean)
    expect(words.length).toBeGreaterThan(80)
    expect(wordsMissing(words, paper.letters)).toEqual([])
  })

  test('has nothing outside the PDF’s margins', () => {
    const [{ width, height, boxes } = { width: 0, height: 0, boxes: [] }] = paper.pages
    expect([width, height]).toEqual([612, 792])
    const outside = boxes.filter(
      ({ left, right, top, bottom }) => left < 36 || right > width - 36 || bottom < 30 || top > height - 30,
    )
    expect(outside).toEqual([])
  })

  test('shows when its facts were checked and what is practice advice', () => {
    expect(page).toMatch(/Facts last checked on [A-Z][a-z]+ \d{1,2}, \d{4}\./)
    expect(page).toContain('practice advice, not law')
  })

  test('gives the same bytes each time it is drawn', async () => {
    const { sheet, checked } = theCourses().jobAids.find((aid) => aid.slug === slug)!
    const again = await drawSheet(sheet, layOutOnePage(sheet)!, new Date(`${checked}T12:00:00Z`))
    const served = await world.visitor().get(`/job-aids/${slug}.pdf`)
    expect(served.rawPayload.equals(again)).toBe(true)
  })
})

test('a missing job aid is not found as a page or a PDF', async () => {
  expect((await world.visitor().get('/job-aids/nothing')).statusCode).toBe(404)
  expect((await world.visitor().get('/job-aids/nothing.pdf')).statusCode).toBe(404)
})

test('they are linked from the Courses page, from course pages, at the end of their lessons and next to the support lines', async () => {
  const visitor = world.visitor()
  expect((await visitor.get('/courses')).body).toContain('href="/job-aids"')
  expect((await visitor.get('/support')).body).toContain('href="/job-aids/reporting-card"')
  const course = (await visitor.get('/courses/residential-settings')).body
  expect(course).toContain('href="/job-aids/safety-plan-worksheet"')
  expect(course).not.toContain('href="/job-aids/otip-referral-steps"')
  for (const aid of theCourses().jobAids) {
    const page = (await visitor.get(`/job-aids/${aid.slug}`)).body
    expect(aid.goesWith.length).toBeGreaterThan(0)
    // Only people taking the course can open a lesson. Everyone can open the course page.
    for (const place of aid.goesWith) expect(page).toContain(`href="/courses/${place.split('/')[0]}"`)
  }
})

test('link to the lesson if the viewer can open it, for reviewers to the review page, otherwise to the course', async () => {
  const aid = theCourses().jobAids.find(({ slug }) => slug === 'no-wrong-door-contacts')!
  const place = aid.goesWith.find((one) => one.startsWith('residential-settings'))!
  const [course, module, lesson] = place.split('/')
  const { current } = theCourses().courses.get(course!)!
  const theo = await world.as('theo@northstar.example')
  await theo.post(`/courses/${course}/enrollment`)
  await readModule(theo, current, current.modules[0]!)
  const seenBy = async (email: string) => (await (await world.as(email)).get(`/job-aids/${aid.slug}`)).body
  expect(await seenBy('theo@northstar.example')).toContain(`href="/courses/${place}"`)
  expect(await seenBy('jo@county.example')).not.toContain(`href="/courses/${place}"`)
  const text = `/review/courses/${course}/${current.version}/lessons/${module}/${lesson}`
  expect(await seenBy('noor@review.example')).toContain(`href="${text}"`)
})

test('a lesson ends with its job aid', async () => {
  const course = theCourses().courses.get('residential-settings')!.current
  const aid = theCourses().jobAids.find(({ slug }) => slug === 'no-wrong-door-contacts')!
  const place = aid.goesWith.find((one) => one.startsWith(course.slug))!
  const ada = await world.as('ada@northstar.example')
  await ada.post(`/courses/${course.slug}/enrollment`)
  const module = course.modules[0]!
  for (const lesson of module.lessons) {
    const path = `/courses/${course.slug}/${module.slug}/${lesson.slug}`
    const { body } = await ada.get(`${path}?ready=yes`)
    const isOffered = body.includes(`href="/job-aids/${aid.slug}"`)
    expect([lesson.slug, isOffered]).toEqual([lesson.slug, path === `/courses/${place}`])
    await ada.post(`${path}/finished`, { opened: openedIn(body) })
  }
})
