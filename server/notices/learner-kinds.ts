import { type Day, formatDay } from '#server/lib/days.ts'
import { type Kind, monthDay } from './wording.ts'

/** Notices to learners: their training, its dates and certificates. */
export type LearnerFacts = Readonly<{
  assigned: { program: string }
  'lessons-changed': { course: string; path: string; due_on: Day }
  'lessons-changed-late': { course: string; path: string; due_on: Day }
  'training-due': { requirement: string; title: string; due_on: Day; days: number }
  'training-overdue': { requirement: string; title: string; due_on: Day | null }
  'program-training-due': {
    requirement_id: string
    title: string
    program: string
    due_on: Day
    days: number
  }
  'program-training-overdue': { requirement_id: string; title: string; program: string; due_on: Day | null }
  'supervisor-reminder': { from: string; due_on: Day | null }
  'course-assigned': { from: string; course: string; title: string }
  'course-completed': { course: string; certificate: string }
  'certificate-corrected': { certificate: string }
  'certificate-revoked': { certificate: string }
  'outside-training-decided': { title: string; is_accepted: boolean }
  'program-training-decided': { title: string; program: string; submission_id: string; is_accepted: boolean }
  /** Private: no one but its person is told of it, or sees it in a list. */
  'after-care': { case: string }
}>

export const learnerKinds: { [K in keyof LearnerFacts]: Kind<LearnerFacts[K]> } = {
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
  'lessons-changed-late': {
    isOptional: false,
    words: ({ course, path, due_on }) => ({
      subject: 'Something new to read',
      email: [
        `A training you completed has changed. The changed pages were to be read by **${formatDay(due_on)}**, and you haven’t read all of them yet.`,
      ],
      inbox: `${course} has changed since you completed it. The changed lessons were to be read by ${formatDay(due_on)}, and you haven’t read all of them yet.`,
      action: { label: 'Read what changed', path },
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
  'program-training-due': {
    isOptional: true,
    words: ({ title, program, due_on, days }) => ({
      subject: `A date coming up: ${monthDay(due_on)}`,
      email: [`Your program asks for a training by **${formatDay(due_on)}**, ${inDays(days)}.`],
      inbox: `${program} asks for ${title} by ${formatDay(due_on)}, ${inDays(days)}. It’s the program’s own requirement.`,
      action: ownRequirements,
    }),
  },
  'program-training-overdue': {
    isOptional: true,
    words: ({ title, program, due_on }) => ({
      subject: 'A date has passed',
      email: [
        due_on
          ? `Your program asked for a training by **${formatDay(due_on)}**.`
          : 'Your program asks for a training that isn’t done.',
      ],
      inbox: `${program} asked for ${title}${due_on ? ` by ${formatDay(due_on)}` : ''}. It’s the program’s own requirement.`,
      action: ownRequirements,
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
  'program-training-decided': {
    isOptional: true,
    words: ({ title, program, submission_id, is_accepted }) => ({
      subject: 'About a training you submitted',
      email: ['Your program decided on the evidence that you submitted. Sign in to see the decision.'],
      inbox: `${program} ${is_accepted ? 'accepted' : 'declined'} the evidence that you submitted for ${title}.`,
      action: { label: 'See the decision', path: `/program-submissions/${submission_id}` },
    }),
  },
  'after-care': {
    isOptional: true,
    words: ({ case: id }) => ({
      subject: 'Two minutes, if you like',
      email: ['You asked for a short case now and then. It doesn’t count, and no one else sees it.'],
      inbox: 'A short case, if you like: about two minutes, not counted, and no one else sees it.',
      action: { label: 'Open the case', path: `/after-care/${id}` },
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
}

const ownRequirements = { label: 'Open my training', path: '/#own-requirements' }
const myTraining = { label: 'Open my training', path: '/' }
const inDays = (days: number) => (days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`)
