import { expect, test } from 'vitest'
import { readingAttributes, readingSettings, readingText } from '#server/people/reading/reading-settings.ts'
import { aWorld } from '#test/support/app.ts'

test('reading settings follow a person to every device, and stay on a device where no one is signed in', async () => {
  const world = await aWorld()
  const ada = await world.as('ada@northstar.example')
  expect((await ada.get('/')).body).toContain('<html lang="en">')
  const saved = await ada.post('/reading-settings', { size: 'large', scheme: 'dark', back: '/courses' })
  expect(saved.headers.location).toBe('/reading-settings?saved=yes&back=%2Fcourses')
  const phone = await world.as('ada@northstar.example')
  expect((await phone.get('/')).body).toContain('<html lang="en" data-size="large" data-scheme="dark">')
  const visitor = world.visitor()
  await visitor.post('/reading-settings', { typeface: 'atkinson' })
  expect((await visitor.get('/courses')).body).toContain('<html lang="en" data-typeface="atkinson">')
  await ada.post('/reading-settings', { reset: 'yes' })
  expect((await phone.get('/')).body).toContain('<html lang="en">')
  await ada.post('/reading-settings', { leaving: 'sign-out' })
  expect((await phone.get('/')).body).toContain('<html lang="en" data-leaving="sign-out">')
  // As the browser sends it while the page is left: without a form.
  const left = await world.app.inject({
    method: 'POST',
    url: '/sign-out',
    headers: {
      cookie: [...phone.cookies].map((one) => one.join('=')).join('; '),
      'sec-fetch-site': 'same-origin',
    },
  })
  expect(left.statusCode).toBe(303)
  expect((await phone.get('/account')).headers.location).toMatch(/^\/sign-in/)
})

test('a value that no page offers becomes the usual one', () => {
  expect(readingText({ size: 'huge', motion: 'less' })).toBe(
    'regular.regular.serif.auto.less.on.discreet.stay',
  )
  expect(readingAttributes(readingSettings('"><script>.wide'))).toBe(' data-spacing="wide"')
  expect(readingAttributes(readingSettings(null))).toBe('')
})

test('installed, the site is called Training and has a book, unless someone chose our own name and lighthouse', async () => {
  const visitor = (await aWorld({ cast: false })).visitor()
  const manifestOn = async (path: string) => {
    const [, href] = /rel="manifest" href="([^"]+)"/.exec((await visitor.get(path)).body) ?? []
    return (await visitor.get(href!)).json() as { name: string; icons: { src: string }[] }
  }
  const discreet = await manifestOn('/reading-settings')
  expect(discreet.name).toBe('Training')
  expect(discreet.icons[0]!.src).toMatch(/discreet-icon/)
  await visitor.post('/reading-settings', { install: 'named' })
  const named = await manifestOn('/reading-settings')
  expect(named.name).toBe('Safe Harbor Training')
  expect(named.icons[0]!.src).toMatch(/favicon/)
  for (const { icons } of [discreet, named]) expect((await visitor.get(icons[0]!.src)).statusCode).toBe(200)
})
