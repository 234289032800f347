// Keeps the public pages for a moment of need on the phone. Nothing personal is kept: pages are fetched without the
// session's cookie. The server sets self.kept before this script.

/** @type {{ version: string, pages: string[], files: string[] }} */
const kept = /** @type {any} */ (self).kept
const shelf = `kept-${kept.version}-${kept.files.join('-').replaceAll('/', '')}`

self.addEventListener('install', (event) => {
  const work = /** @type {any} */ (event)
  work.waitUntil(
    caches
      .open(shelf)
      .then((cache) =>
        cache.addAll([
          ...kept.files,
          ...kept.pages.map((page) => new Request(page, { credentials: 'omit', cache: 'reload' })),
        ]),
      )
      .then(() => /** @type {any} */ (self).skipWaiting()),
  )
})

self.addEventListener('activate', (event) => {
  const work = /** @type {any} */ (event)
  work.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name !== shelf).map((name) => caches.delete(name))),
      ),
  )
})

self.addEventListener('fetch', (event) => {
  const { request, respondWith } = /** @type {any} */ (event)
  if (request.method !== 'GET') return
  const { pathname } = new URL(request.url)
  if (request.mode === 'navigate') {
    respondWith.call(
      event,
      fetch(request).catch(
        async () => (await caches.match(pathname)) ?? (await caches.match('/offline')) ?? Response.error(),
      ),
    )
  } else if (kept.files.includes(pathname)) {
    respondWith.call(
      event,
      caches.match(pathname).then((found) => found ?? fetch(request)),
    )
  }
})
