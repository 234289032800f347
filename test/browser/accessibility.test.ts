import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLink } from '#server/people/actions.ts'
import { aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { personId } from '#test/support/cast.ts'
import { readModule, takeCourse } from '#test/support/taking.ts'
import { looking } from './looking.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

test('public pages are accessible on a phone and on a desktop', {
  timeout: 240_000,
}, async () => {
  const world = await aServer()
  const { look, problems } = looking()
  const { page, context } = await aDevice(browser, world.address)
  const visit = async (kind: string, address: string) => {
    await page.goto(address)
    await look(kind, page)
  }
  await visit('welcome', '/')
  await visit('courses', '/courses')
  await visit('course for a visitor', '/courses/residential-settings')
  await visit('verify', '/verify')
  await visit('verdict unknown', '/verify/zzzzzzzzzzzzzzzzzzzzzzzzzz')
  await visit('support', '/support?back=/courses')
  await visit('resources', '/resources')
  await visit('glossary', '/glossary')
  await visit('index', '/courses/residential-settings/index')
  await visit('job aids', '/job-aids')
  for (const { slug } of world.catalogue.jobAids) await visit(`job aid ${slug}`, `/job-aids/${slug}`)
  await visit('sources', '/sources')
  await visit('privacy', '/privacy')
  await visit('accessibility', '/accessibility')
  await visit('forgot password', '/forgot-password')
  await visit('link ended', '/link/aaaaaaaaaaaaaaaaaaaaaaaaaaa')
  await visit('nothing there', '/no-such-page')
  const invitation = await createLink(
    world.db,
    await personId(world.db, 'ada@northstar.example'),
    'invite',
    null,
  )
  await visit('set password', `/link/${invitation}`)
  await page.getByLabel('New password').fill('short')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page
    .getByRole('heading', { name: 'There is a problem' })
    .or(page.locator('.usa-error-message'))
    .first()
    .waitFor()
  await look('set password, problem', page)
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill('ada@northstar.example')
  await page.getByLabel('Password').fill('not the one')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('.usa-error-message').first().waitFor()
  await look('sign in, problem', page)
  expect(problems).toEqual([])
  await context.close()
  await world.app.close()
})

test('menus, disclosures, word notes and problems are accessible when they are open', {
  timeout: 240_000,
}, async () => {
  const world = await aServer()
  const course = world.catalogue.courses.get('residential-settings')!.current
  const module = course.modules[0]!
  const ada = await world.as('ada@northstar.example')
  await ada.post(`/courses/${course.slug}/enrollment`)
  await readModule(ada, course, module)
  const { look, problems } = looking()
  const { page, context } = await aDevice(browser, world.address, { viewport: phone })
  await signIn(page, 'ada@northstar.example')

  await page.getByText('Menu', { exact: true }).click()
  await look('menu open', page)
  for (const [kind, address] of [
    ['account', '/account'],
    ['course with its modules open', `/courses/${course.slug}`],
    ['lesson with everything open', `/courses/${course.slug}/${module.slug}/${module.lessons[1]!.slug}`],
    ['facilitator’s guide', `/courses/${course.slug}/modules/${module.slug}/facilitator-guide`],
    ['almost there', `/courses/${course.slug}/${course.modules[1]!.slug}/assessment`],
  ] as const) {
    await page.goto(address)
    for (const summary of await page.locator('main summary:visible').all()) await summary.click()
    await look(kind, page)
  }
  await page.goto(`/courses/${course.slug}/${module.slug}/${module.lessons[1]!.slug}`)
  await page.locator('.lesson-term').first().click()
  await page.locator('.lesson-term-note:popover-open').waitFor()
  await look('word note open', page)
  await page.goto(`/courses/${course.slug}/${module.slug}/assessment`)
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.locator('.exercise-ask').waitFor()
  await look('question, nothing chosen', page)
  expect(problems).toEqual([])
  await context.close()
  await world.app.close()
})

// Ada's walk checks every lesson of the residential course, on a phone too.
test('every lesson of every other course is accessible on a phone', { timeout: 600_000 }, async () => {
  const world = await aServer()
  const ada = await world.as('ada@northstar.example')
  const id = await personId(world.db, 'ada@northstar.example')
  const courses = [...world.catalogue.courses.values()]
    .map(({ current }) => current)
    .filter(({ slug }) => slug !== 'residential-settings')
  expect(courses).not.toEqual([])
  // People who completed a course can open all its lessons.
  for (const course of courses) await takeCourse(world.db, ada, id, course)
  const { look, problems } = looking(['phone'])
  const heard = await Promise.all(
    courses.map(async (course) => {
      const { page, context, complaints } = await aDevice(browser, world.address, { viewport: phone })
      await signIn(page, 'ada@northstar.example')
      for (const module of course.modules)
        for (const lesson of module.lessons) {
          await page.goto(`/courses/${course.slug}/${module.slug}/${lesson.slug}?ready=yes`)
          await page.getByText(lesson.purpose, { exact: true }).waitFor({ state: 'attached' })
          await look(`${course.slug} ${module.number}.${lesson.number} ${lesson.slug}`, page)
        }
      await context.close()
      return complaints
    }),
  )
  expect(problems).toEqual([])
  expect(heard.flat()).toEqual([])
  await world.app.close()
})
