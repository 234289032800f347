// Keeps the public pages for a moment of need on the phone, fetched without the session's cookie. A module that someone
// keeps for offline is in a cache of its own, which offline.js fills. The server sets self.kept before this script.

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
        Promise.all(
          names
            .filter((name) => name.startsWith('kept-') && name !== shelf)
            .map((name) => caches.delete(name)),
        ),
      ),
  )
})

self.addEventListener('fetch', (event) => {
  const work = /** @type {any} */ (event)
  const { request } = work
  const { pathname } = new URL(request.url)
  if (request.mode === 'navigate') work.respondWith(request.method === 'GET' ? open(request) : send(request))
  else if (request.method === 'GET' && pathname.startsWith('/static/'))
    work.respondWith(caches.match(pathname).then((found) => found ?? fetch(request)))
})

/** @param {Request} request */
function open(request) {
  const { pathname, search } = new URL(request.url)
  return fetch(request).catch(
    async () =>
      (await caches.match(pathname + search)) ??
      (await caches.match(pathname)) ??
      (await caches.match('/offline')) ??
      Response.error(),
  )
}

/**
 * A form that could not be sent leaves its page as it is, and the page says so.
 * @param {Request} request
 */
function send(request) {
  return fetch(request).catch(async () => {
    for (const client of await /** @type {any} */ (self).clients.matchAll()) client.postMessage('unsent')
    return new Response(null, { status: 204 })
  })
}
