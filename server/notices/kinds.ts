import { type Day, formatDay } from '#server/lib/days.ts'
import type { AccountNews } from '#server/people/account-news.ts'
import { type AccessFacts, accessKinds } from './access-kinds.ts'
import { type OfficeFacts, officeKinds } from './office-kinds.ts'
import { type Kind, people, type Wording } from './wording.ts'

/** What each kind of notice is about. Names are kept as they were when it was written. */
export type NoticeFacts = OfficeFacts & AccessFacts & LearnerAndTeamFacts

type LearnerAndTeamFacts = Readonly<{
  assigned: { program: string }
  'lessons-changed': { course: string; path: string; due_on: Day }
  'training-due': { requirement: string; title: string; due_on: Day; days: number }
  'training-overdue': { requirement: string; title: string; due_on: Day | null }
  'supervisor-reminder': { from: string; due_on: Day | null }
  'course-assigned': { from: string; course: string; title: string }
  'course-completed': { course: string; certificate: string }
  'certificate-corrected': { certificate: string }
  'certificate-revoked': { certificate: string }
  'outside-training-decided': { title: string; is_accepted: boolean }
  'place-opened': { session_id: string }
  'session-changed': { session_id: string }
  'session-canceled': { session_id: string }
  'request-answered': { request_id: string }
  'request-arrived': { request_id: string }
  'not-cleared': NotCleared
  'not-cleared-long': NotCleared & { days: number }
  'weekly-digest': { overdue: number; coming: number; cleared: number }
  'daily-summary': { count: number }
  'sign-in-changed': { what: AccountNews; by: string | null }
}>

/** People who work in direct contact in a program and may not from a day. */
export type NotCleared = Readonly<{
  program_id: string
  program: string
  on: Day
  people: readonly Readonly<{ id: string; name: string }>[]
}>

export type NoticeKind = keyof NoticeFacts

export type NewNotice = {
  [K in NoticeKind]: Readonly<{
    person_id: string
    kind: K
    facts: Readonly<NoticeFacts[K]>
    /** A person gets one notice for a key, however often it is written. */
    dedupe_key: string
  }>
}[NoticeKind]

const myTraining = { label: 'Open my training', path: '/' }
const inDays = (days: number) => (days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`)
const monthDay = (on: Day) => formatDay(on).replace(/, \d{4}$/, '')

const someone = (count: number) => (count === 1 ? 'someone' : `a group of ${count}`)
const teamPath = ([first, ...others]: NotCleared['people']) =>
  first && others.length === 0 ? `/team/${first.id}` : '/team?show=not-cleared'

function named(people: NotCleared['people']): string {
  const names = people.slice(0, 5).map(({ name }) => name)
  if (people.length > names.length) names.push(`${people.length - names.length} more`)
  return new Intl.ListFormat('en-US').format(names)
}

const accountNews: Readonly<Record<AccountNews, (by: string) => string>> = {
  'code-made': (by) =>
    `${by} made a one-time code on paper with which you can set a new password. It works once a second person confirms that you have it.`,
  'code-confirmed': (by) => `${by} confirmed that you have the one-time code on paper.`,
  'code-used': () => 'A one-time code on paper was used to open your account.',
  'password-set': () => 'Your password was set with a link.',
  'email-requested': (by) => `${by} asked to change your email. It changes when you confirm it.`,
  'provider-linked': () => 'Your account was linked to single sign-on.',
}

const kinds: { [K in NoticeKind]: Kind<NoticeFacts[K]> } = {
  ...officeKinds,
  ...accessKinds,
  assigned: {
    isOptional: true,
    words: ({ program }) => ({
      subject: 'Training for your work',
      email: [
        'You were added to a program that asks for training. Sign in to see what, and by when.',
        'If you have never signed in, you get a link to set your password in a message of its own, or on paper.',
      ],
      inbox: `You were added to ${program}. Here is the training that it asks for.`,
      action: myTraining,
    }),
  },
  'lessons-changed': {
    isOptional: false,
    words: ({ course, path, due_on }) => ({
      subject: `Something new to read by ${monthDay(due_on)}`,
      email: [
        `A training you completed has changed. Read the changed pages by **${formatDay(due_on)}**. You don’t take it again.`,
      ],
      inbox: `${course} has changed since you completed it. Read the changed lessons by ${formatDay(due_on)}. You don’t take the course again.`,
      action: { label: 'Read what changed', path },
    }),
  },
  'sign-in-changed': {
    isOptional: false,
    isUrgent: true,
    words: ({ what, by }) => ({
      subject: 'A change to your work training account',
      email: [
        accountNews[what]('Your administrator'),
        'If you didn’t expect this, tell your administrator now, and change your password.',
      ],
      inbox: `${accountNews[what](by ?? 'Your administrator')} If you didn’t expect this, tell another administrator, and change your password.`,
      action: { label: 'Open your account', path: '/account' },
    }),
  },
  'training-due': {
    isOptional: ({ days }) => days > 7,
    words: ({ title, due_on, days }) => ({
      subject: `A date coming up: ${monthDay(due_on)}`,
      email: [
        `You have a training due by **${formatDay(due_on)}**, ${inDays(days)}.`,
        'You can stop after any page and go on later. If you already took it elsewhere, record it on the same page.',
      ],
      inbox: `${title} is due by ${formatDay(due_on)}, ${inDays(days)}.`,
      action: myTraining,
    }),
  },
  'training-overdue': {
    isOptional: false,
    words: ({ title, due_on }) => ({
      subject: 'A date has passed',
      email: [
        due_on
          ? `You have a training that was due by **${formatDay(due_on)}**.`
          : 'You have a training to complete before you work in direct contact.',
        'If you already took it elsewhere, record it on the same page.',
      ],
      inbox: due_on
        ? `${title} was due by ${formatDay(due_on)}.`
        : `${title} isn’t done, and it has to be done before direct contact.`,
      action: myTraining,
    }),
  },
  'supervisor-reminder': {
    isOptional: false,
    words: ({ from, due_on }) => ({
      subject: 'A reminder for you',
      email: [
        due_on
          ? `Your supervisor reminds you of a training due by **${formatDay(due_on)}**.`
          : 'Your supervisor reminds you of your training.',
      ],
      inbox: `${from} reminds you of your training${due_on ? ` due by ${formatDay(due_on)}` : ''}.`,
      action: myTraining,
    }),
  },
  'course-assigned': {
    isOptional: false,
    words: ({ from, course, title }) => ({
      subject: 'A training for you',
      email: ['Your supervisor asks you to take a course. Sign in to see which one.'],
      inbox: `${from} asks you to take the course “${title}.”`,
      action: { label: 'Open the course', path: `/courses/${course}` },
    }),
  },
  'course-completed': {
    isOptional: true,
    words: ({ course, certificate }) => ({
      subject: 'Your certificate is here',
      email: ['You completed a course. Your certificate is stored with your training records.'],
      inbox: `You completed ${course}. Your certificate is number ${certificate}.`,
      action: { label: 'Open my training', path: '/' },
    }),
  },
  'certificate-corrected': {
    isOptional: false,
    words: ({ certificate }) => ({
      subject: 'A record of yours was corrected',
      email: ['Licensing staff corrected one of your certificates. A new one replaces it.'],
      inbox: `Certificate ${certificate} was corrected. A new one replaces it.`,
      action: myTraining,
    }),
  },
  'certificate-revoked': {
    isOptional: false,
    words: ({ certificate }) => ({
      subject: 'A record of yours has changed',
      email: ['One of your certificates was revoked. Sign in to see what is due now.'],
      inbox: `Certificate ${certificate} was revoked.`,
      action: myTraining,
    }),
  },
  'outside-training-decided': {
    isOptional: true,
    words: ({ title, is_accepted }) => ({
      subject: 'About a training you recorded',
      email: ['Your administrator decided on a training you took elsewhere. Sign in to see the decision.'],
      inbox: `${title}, which you took elsewhere, was ${is_accepted ? 'accepted' : 'declined'}.`,
      action: { label: 'See the decision', path: '/outside' },
    }),
  },
  'place-opened': {
    isOptional: false,
    isUrgent: true,
    words: ({ session_id }) => ({
      subject: 'A place for you',
      email: ['You were on a waiting list, and now you have a place. See when and where.'],
      inbox: 'A place opened in a session you were waiting for, and it is yours.',
      action: { label: 'See the session', path: `/sessions/${session_id}` },
    }),
  },
  'session-changed': {
    isOptional: false,
    words: ({ session_id }) => ({
      subject: 'Something has changed',
      email: ['The session you registered for has changed. See what is new.'],
      inbox: 'A session you registered for has changed.',
      action: { label: 'See the session', path: `/sessions/${session_id}` },
    }),
  },
  'session-canceled': {
    isOptional: false,
    isUrgent: true,
    words: ({ session_id }) => ({
      subject: 'A cancellation',
      email: ['The session you registered for has been canceled. See why.'],
      inbox: 'A session you registered for has been canceled.',
      action: { label: 'See the session', path: `/sessions/${session_id}` },
    }),
  },
  'request-answered': {
    isOptional: true,
    words: ({ request_id }) => ({
      subject: 'About your request',
      email: ['There is news about a request you follow.'],
      inbox: 'There is news about a scholarship request.',
      action: { label: 'See the request', path: `/scholarships/${request_id}` },
    }),
  },
  'request-arrived': {
    isOptional: true,
    words: ({ request_id }) => ({
      subject: 'A request to decide',
      email: ['Someone sent a request that an administrator decides.'],
      inbox: 'Someone asks for a scholarship.',
      action: { label: 'See the request', path: `/scholarships/${request_id}` },
    }),
  },
  'not-cleared': {
    isOptional: false,
    isUrgent: true,
    words: ({ people, program, on }) => ({
      subject: `Your team needs you: ${monthDay(on)}`,
      email: [
        `From **${formatDay(on)}**, ${someone(people.length)} on your team may not work in direct contact. Sign in to see who, and why.`,
      ],
      inbox: `${named(people)} may not have direct contact at ${program} from ${formatDay(on)}.`,
      action: { label: 'See who and why', path: teamPath(people) },
    }),
  },
  'not-cleared-long': {
    isOptional: false,
    words: ({ people, program, days }) => ({
      subject: 'Something is still open',
      email: [
        `For ${days} days, ${someone(people.length)} in your program has not been cleared for direct contact.`,
      ],
      inbox: `For ${days} days, not cleared for direct contact at ${program}: ${named(people)}.`,
      action: { label: 'See who and why', path: teamPath(people) },
    }),
  },
  'weekly-digest': {
    isOptional: true,
    words: ({ overdue, coming, cleared }) => {
      const parts = [
        overdue > 0 ? `${people(overdue)} newly overdue` : '',
        coming > 0 ? `${people(coming)} with a date in the next 30 days` : '',
        cleared > 0 ? `${people(cleared)} newly cleared` : '',
      ].filter(Boolean)
      return {
        subject: 'Your team this week',
        email: [`This week: ${parts.join(', ')}.`],
        inbox: `Your team this week: ${parts.join(', ')}.`,
        action: { label: 'Open your team', path: '/team' },
      }
    },
  },
  'daily-summary': {
    isOptional: true,
    words: ({ count }) => ({
      subject: 'Your messages of the day',
      email: [`You have ${count === 1 ? '1 new message' : `${count} new messages`}.`],
      inbox: `You were sent a summary of ${count === 1 ? '1 message' : `${count} messages`}.`,
      action: { label: 'Read them', path: '/notices' },
    }),
  },
}

type Stored = Readonly<{ kind: string; facts: unknown }>

const kindOf = ({ kind }: Stored): Kind<never> | undefined =>
  (kinds as Record<string, Kind<never> | undefined>)[kind]

export const wordsOf = (notice: Stored): Wording | null =>
  kindOf(notice)?.words(notice.facts as never) ?? null

export function isOptional(notice: Stored): boolean {
  const optional = kindOf(notice)?.isOptional ?? true
  return typeof optional === 'function' ? optional(notice.facts as never) : optional
}

export const isUrgent = (notice: Stored): boolean => kindOf(notice)?.isUrgent ?? false

/** Kinds that say what to do by a date; they end when it is done. */
export const remindingKinds: readonly NoticeKind[] = [
  'training-due',
  'training-overdue',
  'supervisor-reminder',
]

/** What a supervisor sees of a person's messages: reminders, and courses that someone asked them to take. */
export const supervisorKinds: readonly NoticeKind[] = [...remindingKinds, 'course-assigned']
