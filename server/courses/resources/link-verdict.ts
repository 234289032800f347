/** What a site said when it was asked for a page. */
export type LinkAnswer = Readonly<{ status: number; movedTo: string | null }> | Readonly<{ error: string }>

export type LinkVerdict = Readonly<{
  verdict: 'works' | 'broken' | 'unclear'
  says: string
  moved_to: string | null
}>

/**
 * Only "not found" and "gone" are broken. Sites of agencies often refuse programs, and networks fail: then someone has
 * to open the link and look.
 */
export function linkVerdict(answer: LinkAnswer): LinkVerdict {
  if ('error' in answer) return { verdict: 'unclear', says: answer.error, moved_to: null }
  const { status, movedTo } = answer
  if (status >= 200 && status < 300) return { verdict: 'works', says: String(status), moved_to: movedTo }
  if (status === 404 || status === 410)
    return { verdict: 'broken', says: `The page is not there (${status})`, moved_to: null }
  return { verdict: 'unclear', says: `The site answered ${status}`, moved_to: null }
}
