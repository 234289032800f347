/** A route's address as a pattern: '/attempts/:attempt/answers'. */
const patternOf = (route: string): RegExp =>
  new RegExp(`^${route.replaceAll(/[.+*?^$()[\]{}|\\]/g, '\\$&').replaceAll(/:[^/\\]+/g, '[^/]+')}/?$`)

/** The page that a form's own address belongs to, for someone who opens that address: the nearest page above it. */
export function pagesOfForms() {
  const posts: RegExp[] = []
  const gets: RegExp[] = []
  return {
    add: (method: string, route: string): void => {
      if (route.startsWith('/api/') || route.includes('*')) return
      if (method === 'POST') posts.push(patternOf(route))
      if (method === 'GET') gets.push(patternOf(route))
    },
    find: (address: string): string | null => {
      if (!posts.some((post) => post.test(address))) return null
      const parts = address.split('/')
      for (let length = parts.length - 1; length > 1; length--) {
        const above = parts.slice(0, length).join('/')
        if (gets.some((get) => get.test(above))) return above
      }
      return '/'
    },
  }
}
