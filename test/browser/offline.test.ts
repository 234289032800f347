import { expect, test } from 'vitest'
import { exerciseSeed } from '#server/courses/catalogue/exercise-view.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { programId } from '#test/programs/programs.ts'
import { aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { fieldsOf } from '#test/support/taking.ts'
import { looking } from './looking.ts'

test('cards for a moment of need open without an account, and stay on the phone without a connection until the person leaves and, if they chose so, is signed out', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  const browser = await openBrowser()
  const { page, context, complaints } = await aDevice(browser, world.address, { viewport: phone })
  const { look, problems } = looking(['phone', 'phone-dark'])
  await page.goto('/right-now')
  await look('right now', page)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.getByRole('link', { name: /told me something/ }).click()
  await page.waitForURL('**/right-now/told-me')
  await look('card', page)
  await page.goto('/offline')
  await look('offline', page)

  await context.setOffline(true)
  await page.goto('/right-now/came-back')
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('A young person came back')
  await page.goto('/job-aids/reporting-card')
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Reporting card')
  await page.goto('/courses')
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('There’s no connection')

  await context.setOffline(false)
  await page.goto('/reading-settings?back=/right-now')
  await page.getByText('Leaves and signs me out').click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('link', { name: 'Back to where you were' }).click()
  await page.waitForURL('**/right-now')
  const signOut = page.waitForRequest((request) => request.url().endsWith('/sign-out'))
  await page.route('https://www.weather.gov/**', (route) => route.fulfill({ body: 'Weather' }))
  await page.getByRole('link', { name: 'Leave quickly' }).click()
  await page.waitForURL('https://www.weather.gov/**')
  expect((await signOut).method()).toBe('POST')
  await context.setOffline(true)
  await expect(page.goto(`${world.address}/right-now`)).rejects.toThrow()
  expect(problems).toEqual([])
  expect(
    complaints.filter(
      (one) => !/ERR_INTERNET_DISCONNECTED|ERR_FAILED|asked https:\/\/www.weather.gov/.test(one),
    ),
  ).toEqual([])
  await context.close()
  await browser.close()
  await world.app.close()
})

test('two minutes before a session ends, the person is told and can stay; a form that can’t be sent then keeps what was typed', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  const browser = await openBrowser()
  const { page, context, complaints } = await aDevice(browser, world.address, { viewport: phone })
  await page.clock.install()
  await signIn(page, 'ada@northstar.example')
  await page.clock.fastForward('56:57')
  expect(await page.getByRole('button', { name: 'Stay signed in' }).count()).toBe(0)
  await page.clock.fastForward('00:04')
  await page.getByText('You’ll be signed out within two minutes.').waitFor()
  await page.getByRole('button', { name: 'Stay signed in' }).click()
  await page.getByRole('button', { name: 'Stay signed in' }).waitFor({ state: 'detached' })
  // Reading any page keeps the session, as long as it is in sight and used.
  for (let count = 0; count < 11; count++) {
    await page.keyboard.press('Control')
    const kept = page.waitForResponse('**/session')
    await page.clock.fastForward('06:00')
    await kept
  }
  expect(await page.getByText('signed out').count()).toBe(0)
  await page.clock.fastForward('58:01')
  // This time the session is gone before the answer.
  await world.db.deleteFrom('sessions').execute()
  await page.getByRole('button', { name: 'Stay signed in' }).click()
  await page.getByText('You were signed out.').waitFor()
  expect(complaints).toEqual([])

  // Reading one lesson keeps the session, until the end that nothing moves.
  await signIn(page, 'ada@northstar.example')
  const course = world.catalogue.courses.get('residential-settings')!.current
  const [module] = course.modules
  await (await world.as('ada@northstar.example')).post(`/courses/${course.slug}/enrollment`)
  await page.goto(`/courses/${course.slug}/${module!.slug}/${module!.lessons[0]!.slug}?ready=yes`)
  for (let halfHours = 0; halfHours < 4; halfHours++) await page.clock.fastForward('30:00')
  expect(await page.getByText('signed out').count()).toBe(0)
  for (let halfHours = 4; halfHours < 24; halfHours++) await page.clock.fastForward('30:00')
  await page.getByText('You’ll be signed out within two minutes.').waitFor()
  expect(await page.getByRole('button', { name: 'Stay signed in' }).count()).toBe(0)
  await world.db.deleteFrom('sessions').execute()
  expect(complaints).toEqual([])

  // No service worker here: a page that has been open for a while asks first whether we can be reached.
  const sent: string[] = []
  page.on('request', (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`))
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill('ada@northstar.example')
  await page.getByLabel('Password').fill(demoPassword)
  await page.clock.fastForward('00:11')
  await page.route('**/healthz', (route) => route.abort())
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('what you typed is still here').waitFor()
  expect(await page.getByLabel('Email').inputValue()).toBe('ada@northstar.example')
  expect(sent).not.toContain('POST /sign-in')
  await page.unrouteAll()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => url.pathname === '/')
  expect(sent.filter((one) => /healthz|POST/.test(one))).toEqual([
    ...['GET /healthz', 'GET /healthz', 'POST /sign-in'],
  ])
  await context.close()
  await browser.close()
  await world.app.close()
})

test('a shift list that a phone keeps answers without a connection, and is never a yes past its end', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  await world.db.updateTable('programs').set({ checks_shifts: true }).execute()
  const program = await programId(world.db, 'North Star House')
  const browser = await openBrowser()
  const { page, context, complaints } = await aDevice(browser, world.address, { viewport: phone })
  const { look, problems } = looking(['phone'])
  await page.clock.install()
  await signIn(page, 'sam@northstar.example')
  await page.goto(`/programs/${program}/shifts`)
  await page.getByRole('button', { name: 'Keep the list on this phone' }).click()
  await page.getByText(/^Kept\./).waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready)

  await context.setOffline(true)
  await page.goto(`/programs/${program}/shifts`)
  await page.getByRole('link', { name: /Shift list/ }).click()
  const mai = page.getByRole('checkbox', { name: /Mai Vang/ })
  await page.getByText('Mai Vang Cleared').waitFor()
  await look('kept list', page)
  await mai.check({ force: true })
  await page.getByRole('button', { name: 'Note this check-in' }).click()
  await page.getByText(/isn’t on record yet/).waitFor()
  await page.clock.fastForward('25:00:00')
  await page.getByText('Mai Vang Unknown, ask').waitFor()
  expect(await page.getByText(/Cleared$/).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Note this check-in' }).isDisabled()).toBe(true)

  await context.setOffline(false)
  await page.goto(`/programs/${program}/shifts`)
  world.clock.now = new Date(Date.now() + 60_000)
  await page.getByRole('button', { name: 'Send the check-in' }).click()
  await page.getByText(/Made without a connection/).waitFor()
  await page.goto(`/programs/${program}/shifts`)
  expect(await page.getByRole('button', { name: 'Send the check-in' }).count()).toBe(0)
  expect(problems).toEqual([])
  expect(complaints.filter((one) => !/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(one))).toEqual([])
  await context.close()
  await browser.close()
  await world.app.close()
})

test('a module kept for offline goes on without a connection, and what was done there arrives once', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  const { db } = world
  const course = world.catalogue.courses.get('residential-settings')!.current
  const [module] = course.modules as [(typeof course.modules)[number]]
  const [first, second] = module.lessons as [(typeof module.lessons)[number], (typeof module.lessons)[number]]
  const at = `/courses/${course.slug}/${module.slug}`
  await (await world.as('ada@northstar.example')).post(`/courses/${course.slug}/enrollment`)
  const browser = await openBrowser()
  const { page, context } = await aDevice(browser, world.address)
  const { look, problems } = looking(['desk', 'phone'])
  await signIn(page, 'ada@northstar.example')
  await page.goto(`${at}/${first.slug}?ready=yes`)
  await page.locator('.lesson-aside').getByRole('button', { name: 'Keep this module for offline' }).click()
  await page.locator('.lesson-aside').getByText('Kept on this device').waitFor()
  await look('lesson kept for offline', page)
  await page.reload()
  await page.locator('.lesson-aside').getByRole('button', { name: 'Remove from this device' }).waitFor()
  const form = await context.newPage()
  await form.goto('/account/name')

  await context.setOffline(true)
  // The lesson was open for a second.
  await page.waitForTimeout(1100)
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: second.title }).waitFor()
  const exercise = [...second.exercises.values()][0]!
  const place = { course: course.slug, module: module.slug, lesson: second.slug }
  for (const [name, value] of Object.entries(fieldsOf(exercise, exerciseSeed(place, exercise), true)))
    await page.locator(`select[name="${name}"]`).selectOption(value)
  await page.locator(`#exercise-${exercise.id} button:not([type=button])`).click()
  await page.getByText('Your answer is kept on this device.').waitFor()
  await look('exercise answered offline', page)
  await page.getByText('Write a note').click()
  await page.getByLabel('Your note').fill('Ask Dee about the floor.')
  await page.getByRole('button', { name: 'Save note' }).click()
  await page.getByText('No connection. Nothing was sent').waitFor()
  expect(await page.getByLabel('Your note').inputValue()).toBe('Ask Dee about the floor.')
  await form.getByLabel('Name').fill('Ada Addie Lindqvist')
  await form.locator('main button[type=submit]').click()
  await form.getByText('what you typed is still here').waitFor()
  await look('form without a connection', form)
  expect(await form.getByLabel('Name').inputValue()).toBe('Ada Addie Lindqvist')
  await form.goto(`${at}/assessment`)
  await form.getByRole('link', { name: `Your lessons: ${module.title}` }).click()
  await form.getByRole('heading', { level: 1, name: first.title }).waitFor()
  // With the scene that opens the module.
  const isDrawn = (scene: HTMLImageElement) => scene.complete && scene.naturalWidth > 0
  await expect.poll(() => form.locator('.lesson-head .scene').evaluate(isDrawn)).toBe(true)
  await form.close()
  expect(await db.selectFrom('lesson_marks').selectAll().execute()).toEqual([])

  // The first answer is lost on its way back, after the server has done its part.
  world.clock.now = new Date()
  const sent: string[] = []
  await page.route(/\/(finished|time|exercises\/[^/]+)$/, async (route) => {
    sent.push(new URL(route.request().url()).pathname.split('/')[4]!)
    const answer = await route.fetch({ maxRedirects: 0 })
    if (sent.length <= 2) await route.abort()
    else await route.fulfill({ response: answer })
  })
  await context.setOffline(false)
  await expect.poll(() => sent.length).toBe(1)
  await context.setOffline(true)
  await context.setOffline(false)
  await expect.poll(() => sent.length).toBe(2)
  await context.setOffline(true)
  await context.setOffline(false)
  await page.getByText('What you did without a connection is sent.').waitFor()
  await page.locator(`#exercise-${exercise.id} .exercise-feedback-title`).waitFor()
  await page.unrouteAll()
  const done = await db.selectFrom('lesson_marks').select(['lesson', 'mark']).execute()
  expect(done).toEqual([{ lesson: first.slug, mark: 'finished' }])
  expect(await db.selectFrom('exercise_tries').select('lesson').execute()).toEqual([{ lesson: second.slug }])
  const times = await db.selectFrom('lesson_times').select(['lesson', 'visible_seconds']).execute()
  expect(times.find(({ lesson }) => lesson === first.slug)?.visible_seconds).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Save note' }).click()
  await page.locator('.own-note').waitFor()
  expect(await db.selectFrom('lesson_notes').select('body').execute()).toEqual([
    { body: 'Ask Dee about the floor.' },
  ])

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in')
  const left = () => page.evaluate(async () => [...(await caches.keys()), ...Object.keys(localStorage)])
  expect(await left()).toEqual([])

  // A server that can't be reached, while the device has a connection.
  await page.goto('/right-now')
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill('ada@northstar.example')
  await page.getByLabel('Password').fill('four words and more')
  await world.app.close()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('what you typed is still here').waitFor()
  expect(await page.getByLabel('Email').inputValue()).toBe('ada@northstar.example')
  expect(problems).toEqual([])
  await context.close()
  await browser.close()
})
