import { isOptional, wordsOf } from './kinds.ts'
import type { Notice } from './queries.ts'

/** A person's notices, the unread ones first. */
export function noticesPage(notices: readonly Notice[]) {
  const lines = notices.flatMap((notice) => {
    const words = wordsOf(notice)
    if (!words) return []
    return [
      {
        id: notice.id,
        sentence: words.inbox,
        action: words.action,
        createdAt: notice.created_at,
        isMoot: notice.moot_at !== null,
        isUnread: notice.read_at === null && notice.moot_at === null,
        isOptional: isOptional(notice),
      },
    ]
  })
  return {
    title: 'Messages',
    unread: lines.filter(({ isUnread }) => isUnread),
    earlier: lines.filter(({ isUnread }) => !isUnread),
  }
}

export const frequencies = [
  { value: 'at-once', label: 'As it happens' },
  { value: 'daily', label: 'One summary each morning' },
  { value: 'never', label: 'No optional email', description: 'You still see every message here.' },
] as const
