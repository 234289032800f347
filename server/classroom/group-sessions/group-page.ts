import { qrMatrix } from '#server/certificates/certificates/qr.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { TextOutline } from '#server/courses/catalogue/version-changes.ts'

import { groupCredit, minutesInRoom } from '#server/learning/group-lessons.ts'
import type { Enrollment } from '#server/learning/progress/queries.ts'

import {
  confirmRefusal,
  groupState,
  isConfirmed,
  isCounted,
  joinRefusal,
  leftOf,
  type Presence,
} from './group-session.ts'
import type { GroupSession } from './group-sessions.queries.ts'
import { plannedMinutes, textOfSession } from './group-text.ts'

export const stateWords = {
  planned: { word: 'Planned', tone: 'quiet' },
  open: { word: 'Open', tone: 'good' },
  forgotten: { word: 'Not closed yet', tone: 'caution' },
  held: { word: 'Closed', tone: 'quiet' },
  'called-off': { word: 'Canceled', tone: 'quiet' },
} as const

export const sessionTitle = (catalogue: Catalogue, session: GroupSession): string => {
  const { module } = textOfSession(catalogue, session)
  return module ? `Module ${module.number}: ${module.title}` : session.module
}

/** The facilitator's page: the join code while it works, the attendance and the next steps. */
export function facilitatorPage(
  catalogue: Catalogue,
  session: GroupSession,
  presences: readonly Presence[],
  baseUrl: string,
  now: Date,
) {
  const { course, module } = textOfSession(catalogue, session)
  const state = groupState(session, now)
  const joinUrl = `${baseUrl}/join/${session.code}`
  return {
    title: sessionTitle(catalogue, session),
    session,
    course,
    module,
    state,
    status: stateWords[state],
    joinUrl,
    qr: state === 'open' || state === 'planned' ? qrPath(joinUrl) : null,
    isEnded: session.end !== null,
    canClose: session.end === null && now >= session.starts_at,
    people: presences.map((presence) => ({
      ...presence,
      isConfirmed: isConfirmed(presence),
      isCounted: isCounted(presence),
      left: leftOf(presence),
    })),
    confirmed: presences.filter(isConfirmed).length,
    counted: presences.filter(isCounted).length,
  }
}

/** A participant's page: what they can do now, and the lessons they got or will get credit for. */
export function participantPage(
  catalogue: Catalogue,
  session: GroupSession,
  presence: Presence | null,
  own: Readonly<{ enrollment: Enrollment | null; taken: TextOutline | null; text: TextOutline | null }>,
  viewer: Readonly<{ id: string }>,
  now: Date,
) {
  const { course, module } = textOfSession(catalogue, session)
  const isTaking = Boolean(own.enrollment && !own.enrollment.ended_at)
  const current = catalogue.courses.get(session.course)?.current ?? null
  // Anyone not taking the course starts with the current version.
  const text = isTaking ? own.text : current
  const credit = groupCredit(own.taken, text, session.module, {
    minutes: presence
      ? minutesInRoom(session.starts_at, presence.joined_at, session.end?.ended_at ?? now)
      : 0,
    planned: plannedMinutes(catalogue, session),
  })
  const ownCourse = isTaking
    ? (catalogue.courses.get(session.course)?.versions.get(own.enrollment!.version) ?? null)
    : current
  const titleOf = (slug: string) =>
    ownCourse?.modules
      .find((one) => one.slug === session.module)
      ?.lessons.find((lesson) => lesson.slug === slug)?.title ?? slug
  const ownVersion = isTaking ? own.enrollment!.version : (current?.version ?? session.version)
  const isOtherText = isTaking
    ? own.enrollment!.content_hash !== session.content_hash
    : current?.hash !== session.content_hash
  const position = ownCourse?.modules.findIndex((one) => one.slug === session.module) ?? -1
  const passed = new Set(isTaking ? own.enrollment!.passed : [])
  return {
    title: sessionTitle(catalogue, session),
    session,
    course,
    module,
    presence,
    isLeading: viewer.id === session.facilitator_id,
    joinRefusal: presence ? null : joinRefusal(session, now),
    isConfirmed: presence ? isConfirmed(presence) : false,
    confirmRefusal: presence && !isConfirmed(presence) ? confirmRefusal(session, now) : null,
    left: presence ? leftOf(presence) : null,
    isGiven: Boolean(presence && isCounted(presence) && session.end?.outcome === 'held'),
    isTaking,
    ownVersion,
    isOtherText,
    given: credit.given.map(({ lesson }) => titleOf(lesson)),
    otherwise: credit.otherwise.map(titleOf),
    unreached: credit.unreached.map(titleOf),
    isPassed: passed.has(session.module),
    /** Modules whose questions must be passed before this module's. */
    before: (ownCourse?.modules.slice(0, Math.max(position, 0)) ?? [])
      .filter(({ slug }) => !passed.has(slug))
      .map(({ number }) => number),
    questions: `/courses/${session.course}/${session.module}/assessment`,
  }
}

/** A QR code as an SVG path, one rectangle for each unbroken run of dark modules in a row. */
function qrPath(text: string): Readonly<{ size: number; path: string }> {
  const { size, isDark } = qrMatrix(text)
  let path = ''
  for (let row = 0; row < size; row++)
    for (let start = 0; start < size; start++) {
      if (!isDark(row, start)) continue
      let end = start + 1
      while (end < size && isDark(row, end)) end++
      path += `M${start} ${row}h${end - start}v1h-${end - start}z`
      start = end
    }
  return { size, path }
}
