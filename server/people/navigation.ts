import type { NavigationItem, PageFrame, WaitingItem } from '#server/web/views.ts'
import { hasRole, type Viewer } from './roles.ts'

type Waiting = Readonly<Record<string, readonly WaitingItem[]>>

type Asking = Readonly<{ viewer: Viewer | null; isViewerKnown: boolean; waiting: Waiting | null }>

/** The frame of a viewer’s pages: its menu lists what their roles may open. */
export function frameOf(
  { viewer, isViewerKnown, waiting }: Asking,
  { installation, look }: Pick<PageFrame, 'installation' | 'look'>,
  demo: 'auto' | 'no' | 'public' | false,
): Omit<PageFrame, 'session' | 'person' | 'reading' | 'isNamed'> {
  return {
    viewer,
    installation,
    look,
    navigation: navigationOf(viewer).map((item) => withCount(item, waiting?.[item.href] ?? [])),
    waiting: waiting ?? {},
    account: accountOf(viewer, isViewerKnown),
    signOut: viewer ? '/sign-out' : null,
    banner: demo ? demoBanner[demo] : null,
    owesDataNotice: viewer?.owes_data_notice ?? false,
    messages: viewer?.has_account_news ? [accountNews] : [],
  }
}

const accountNews = {
  kind: 'warning',
  text: 'How you sign in has changed. Read what changed under “Messages.” If you didn’t expect it, tell your administrator now.',
} as const

const demoBanner = {
  auto: 'Demonstration: every person, program and license number here is invented.',
  no: 'Demonstration: every person, program and license number here is invented.',
  public:
    'Public demonstration: every person, program and license number here is invented. Everyone can sign in. Only learners can change anything.',
} as const

function accountOf(viewer: Viewer | null, isViewerKnown: boolean): readonly NavigationItem[] {
  if (viewer)
    return [
      {
        href: '/notices',
        label: viewer.unread_notices > 0 ? `Messages (${viewer.unread_notices})` : 'Messages',
      },
      { href: '/account', label: viewer.name },
    ]
  // Someone who can't be looked up may be signed in.
  return isViewerKnown ? [{ href: '/sign-in', label: 'Sign in' }] : []
}

const withCount = (item: NavigationItem, items: readonly WaitingItem[]): NavigationItem => {
  const count = items.reduce((sum, one) => sum + one.count, 0)
  return count > 0 ? { ...item, label: `${item.label} (${count > 99 ? '99+' : count})` } : item
}

/** The page that opens after sign-in: their team or programs for staff, their own training for everyone else. */
export const workplaceOf = (viewer: Viewer): string =>
  hasRole(viewer, 'supervisor', 'program_admin')
    ? '/team'
    : hasRole(viewer, 'licensing')
      ? '/licensing'
      : hasRole(viewer, 'system_admin')
        ? '/admin'
        : hasRole(viewer, 'reviewer')
          ? '/review/courses'
          : '/'

function navigationOf(viewer: Viewer | null): readonly NavigationItem[] {
  const items: NavigationItem[] = []
  if (viewer) items.push({ href: '/', label: 'My training' })
  items.push(
    { href: '/courses', label: 'Courses' },
    { href: '/right-now', label: 'Right now' },
    { href: '/search', label: 'Search' },
  )
  if (viewer && hasRole(viewer, 'supervisor', 'program_admin')) items.push({ href: '/team', label: 'Team' })
  if (viewer && hasRole(viewer, 'supervisor', 'program_admin', 'system_admin'))
    items.push({ href: '/programs', label: hasRole(viewer, 'system_admin') ? 'Programs' : 'Roster' })
  if (viewer && hasRole(viewer, 'supervisor', 'program_admin', 'system_admin'))
    items.push({ href: '/sessions', label: 'Sessions' })
  if (viewer && hasRole(viewer, 'system_admin')) items.push({ href: '/accounts', label: 'Accounts' })
  if (viewer && hasRole(viewer, 'program_admin')) items.push({ href: '/findings', label: 'Findings' })
  if (viewer && hasRole(viewer, 'licensing'))
    items.push({ href: '/licensing', label: 'Licensed programs' }, { href: '/reviews', label: 'Reviews' })
  if (viewer && hasRole(viewer, 'reviewer')) items.push({ href: '/review/courses', label: 'Review courses' })
  if (viewer && hasRole(viewer, 'system_admin')) items.push({ href: '/admin', label: 'Console' })
  if (!viewer || hasRole(viewer, 'licensing')) items.push({ href: '/verify', label: 'Verify a certificate' })
  return items
}
