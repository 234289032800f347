import { type Day, formatDay } from '#server/lib/days.ts'
import { type Kind, people } from './wording.ts'

/** Notices to administrators, licensing staff and reviewers: work that waits, and what is about to end or went wrong. */
export type OfficeFacts = Readonly<{
  'outside-training-waiting': { title: string; name: string; training_id: string }
  'program-training-waiting': { title: string; name: string; submission_id: string }
  'past-trainings-waiting': { count: number; program: string }
  'import-done': { program_id: string; import_id: string; file_name: string; state: string }
  'packet-done': { review_id: string; packet_id: string; program: string; state: string }
  'second-confirmation': { what: string; path: string }
  'email-stopped': { name: string; email: string; answer: string }
  'finding-sent': { finding_id: string; review: number; number: number }
  'finding-corrected': { finding_id: string; review: number; number: number }
  'finding-answered': { finding_id: string; review: number; number: number; program: string }
  'evidence-requested': EvidenceFacts & { on: Day }
  'evidence-reply': EvidenceFacts
  'evidence-sent': EvidenceFacts & { program: string }
  'evidence-due': EvidenceFacts & { on: Day }
  'evidence-late': EvidenceFacts & { program: string; on: Day }
  'follow-up-due': { finding_id: string; review: number; number: number; program: string; on: Day }
  'name-unprintable': { person_id: string; name: string; reason: string }
  'job-failed': { job: string; error: string }
  'record-altered': { finding: string }
  'token-ending': { program_id: string; program: string; label: string; on: Day }
  'key-old': { since: Day }
  'never-signed-in': { program_id: string; program: string; count: number }
  'license-ending': { program_id: string; program: string; what: string; on: Day }
  'mistake-reported': { course: string; lesson: string }
  'comment-assigned': { comment_id: string; lesson: string; from: string }
  'fact-changed': { key: string; about: string; reason: string }
  'facts-due': { count: number; since: Day }
  'link-broken': { resource: string; name: string }
}>

type EvidenceFacts = { request_id: string; review: number; number: number }

const evidence = ({ review: one, number }: Readonly<{ review: number; number: number }>) =>
  `evidence request ${number} of review ${one}`
const evidenceAction = (id: string) => ({ label: 'Open the request', path: `/evidence/${id}` })

const review = ({ review: one, number }: Readonly<{ review: number; number: number }>) =>
  `finding ${number} of review ${one}`
const findingAction = (id: string) => ({ label: 'Open the finding', path: `/findings/${id}` })

export const officeKinds: { [K in keyof OfficeFacts]: Kind<OfficeFacts[K]> } = {
  'outside-training-waiting': {
    isOptional: true,
    words: ({ title, name, training_id }) => ({
      subject: 'A record to decide',
      email: ['A training that someone took elsewhere was recorded. It counts once you accept it.'],
      inbox: `${title} was recorded for ${name}. It counts once you accept it.`,
      action: { label: 'Decide', path: `/training/elsewhere/${training_id}` },
    }),
  },
  'program-training-waiting': {
    isOptional: true,
    words: ({ title, name, submission_id }) => ({
      subject: 'A record to decide',
      email: [
        'Someone submitted evidence of a training that your program asks for. It counts once you accept it.',
      ],
      inbox: `${name} submitted evidence for ${title}. It counts once you accept it.`,
      action: { label: 'Decide', path: `/program-submissions/${submission_id}` },
    }),
  },
  'past-trainings-waiting': {
    isOptional: true,
    words: ({ count, program }) => ({
      subject: 'Records to decide',
      email: [
        'Trainings that people took elsewhere were recorded from a file. They count once you accept them.',
      ],
      inbox: `${count === 1 ? '1 past training was' : `${count} past trainings were`} recorded from a file at ${program}. Each counts once you accept it.`,
      action: { label: 'Decide', path: '/training/elsewhere' },
    }),
  },
  'import-done': {
    isOptional: true,
    words: ({ program_id, import_id, file_name, state }) => ({
      subject: 'About the file you uploaded',
      email: ['The service is done with the file you uploaded. See what became of it.'],
      inbox: importWords[state]?.(file_name) ?? `${file_name} has been read.`,
      action: { label: 'See the import', path: `/programs/${program_id}/imports/${import_id}` },
    }),
  },
  'packet-done': {
    isOptional: true,
    words: ({ review_id, packet_id, program, state }) => ({
      subject: 'About the packet you asked for',
      email: ['The service is done with the packet you asked for.'],
      inbox:
        state === 'made'
          ? `The packet of ${program} is ready.`
          : `The packet of ${program} could not be made.`,
      action: { label: 'Open the packet', path: `/reviews/${review_id}/packets/${packet_id}` },
    }),
  },
  'second-confirmation': {
    isOptional: true,
    words: ({ what, path }) => ({
      subject: 'A request to confirm',
      email: ['A colleague’s request needs a second person to confirm it.'],
      inbox: `${what} needs a second person to confirm it.`,
      action: { label: 'See the request', path },
    }),
  },
  'email-stopped': {
    isOptional: false,
    words: ({ name, email, answer }) => ({
      subject: 'An email address doesn’t work',
      email: [
        'Email to one of your people came back for good. Sign in to see whose, and correct the address.',
      ],
      inbox: `Email to ${name} (${email}) came back: “${answer}”. No more is sent there. Correct the address, or hand over a printed note.`,
      action: { label: 'See stopped addresses', path: '/notices/undelivered' },
    }),
  },
  'finding-sent': {
    isOptional: false,
    words: (facts) => ({
      subject: 'A finding to answer',
      email: ['Licensing staff sent your program a finding of a review. Sign in to read and answer it.'],
      inbox: `Licensing staff sent ${review(facts)}. Read and answer it.`,
      action: findingAction(facts.finding_id),
    }),
  },
  'finding-corrected': {
    isOptional: false,
    words: (facts) => ({
      subject: 'A finding was corrected',
      email: ['Licensing staff corrected a finding that they had sent your program. Sign in to read it.'],
      inbox: `Licensing staff corrected ${review(facts)}. Read the new text, and answer it.`,
      action: findingAction(facts.finding_id),
    }),
  },
  'finding-answered': {
    isOptional: true,
    words: (facts) => ({
      subject: 'An answer to read',
      email: ['A program answered a finding of yours.'],
      inbox: `${facts.program} answered ${review(facts)}.`,
      action: findingAction(facts.finding_id),
    }),
  },
  'evidence-requested': {
    isOptional: false,
    words: (facts) => ({
      subject: 'Licensing staff ask for evidence',
      email: [
        `Licensing staff ask your program for evidence by **${formatDay(facts.on)}**. Sign in to see what they need.`,
      ],
      inbox: `Licensing staff ask for evidence by ${formatDay(facts.on)}: ${evidence(facts)}.`,
      action: evidenceAction(facts.request_id),
    }),
  },
  'evidence-reply': {
    isOptional: false,
    words: (facts) => ({
      subject: 'Licensing staff replied',
      email: [
        'Licensing staff replied to your program about evidence that they asked for. Sign in to read it.',
      ],
      inbox: `Licensing staff replied to ${evidence(facts)}.`,
      action: evidenceAction(facts.request_id),
    }),
  },
  'evidence-sent': {
    isOptional: true,
    words: (facts) => ({
      subject: 'Evidence to read',
      email: ['A program sent evidence that you asked for.'],
      inbox: `${facts.program} answered ${evidence(facts)}.`,
      action: evidenceAction(facts.request_id),
    }),
  },
  'evidence-due': {
    isOptional: false,
    words: (facts) => ({
      subject: `Evidence is due: ${formatDay(facts.on)}`,
      email: [`Licensing staff wait for evidence of your program. It is due on **${formatDay(facts.on)}**.`],
      inbox: `The answer to ${evidence(facts)} is due on ${formatDay(facts.on)}.`,
      action: evidenceAction(facts.request_id),
    }),
  },
  'evidence-late': {
    isOptional: true,
    words: (facts) => ({
      subject: 'Evidence has not arrived',
      email: [`Evidence that you asked a program for was due on **${formatDay(facts.on)}**.`],
      inbox: `${facts.program} has not answered ${evidence(facts)}. It was due on ${formatDay(facts.on)}.`,
      action: evidenceAction(facts.request_id),
    }),
  },
  'follow-up-due': {
    isOptional: true,
    words: (facts) => ({
      subject: 'A follow-up is due',
      email: [`A follow-up of a review is due on **${formatDay(facts.on)}**.`],
      inbox: `The follow-up of ${review(facts)} (${facts.program}) is due on ${formatDay(facts.on)}.`,
      action: findingAction(facts.finding_id),
    }),
  },
  'name-unprintable': {
    isOptional: false,
    words: ({ person_id, name, reason }) => ({
      subject: 'A certificate waits for a name',
      email: ['Someone completed a course, but the certificate can’t be printed with the name on record.'],
      inbox: `The certificate of ${name} can’t be printed: ${reason} Correct the name, and it is issued.`,
      action: { label: 'Correct the name', path: `/accounts/${person_id}/details` },
    }),
  },
  'job-failed': {
    isOptional: false,
    words: ({ job, error }) => ({
      subject: 'Something failed in the background',
      email: ['A background job failed after its last retry. Sign in to see which one.'],
      inbox: `A background job failed after its last retry: ${job}. It said: “${error}”`,
      action: { label: 'See the system’s health', path: '/admin' },
    }),
  },
  'record-altered': {
    isOptional: false,
    isUrgent: true,
    words: ({ finding }) => ({
      subject: 'Check the records now',
      email: [
        'A check found that records were changed outside the service. Sign in to see what it found. Keep the database as it is.',
      ],
      inbox: `The hourly check found a change in the records: ${finding} Public pages say that the record is under review.`,
      action: { label: 'See the ledger', path: '/admin/ledger' },
    }),
  },
  'token-ending': {
    isOptional: false,
    words: ({ program_id, program, label, on }) => ({
      subject: `An API token ends: ${formatDay(on)}`,
      email: [`An API token of your program ends on **${formatDay(on)}**. Make a new one before that day.`],
      inbox: `The API token “${label}” of ${program} ends on ${formatDay(on)}. What uses it then stops working.`,
      action: { label: 'See API tokens', path: `/programs/${program_id}/tokens` },
    }),
  },
  'key-old': {
    isOptional: false,
    words: ({ since }) => ({
      subject: 'A yearly task is due',
      email: ['The signing key is almost a year old. Rotate it, then back up and publish the public keys.'],
      inbox: `The signing key has been in use since ${formatDay(since)}. Rotate it with “npm run keys -- rotate”, then back up and publish the public keys.`,
      action: { label: 'See signing keys', path: '/admin/keys' },
    }),
  },
  'never-signed-in': {
    isOptional: true,
    words: ({ program_id, program, count }) => ({
      subject: 'People who have not signed in yet',
      email: ['Some people on your roster have never signed in. Send or print new links.'],
      inbox: `${people(count)} at ${program} ${count === 1 ? 'has' : 'have'} never signed in, a week or more after being added.`,
      action: { label: 'Open the roster', path: `/programs/${program_id}/roster` },
    }),
  },
  'license-ending': {
    isOptional: false,
    words: ({ program_id, program, what, on }) => ({
      subject: `An end date on record: ${formatDay(on)}`,
      email: [
        `A license or certification ends on **${formatDay(on)}**, as recorded. Sign in to see which one.`,
      ],
      inbox: `${what} of ${program} ends on ${formatDay(on)}, as recorded. Record the next period, or check the date.`,
      action: { label: 'Open the program', path: `/programs/${program_id}` },
    }),
  },
  'mistake-reported': {
    isOptional: true,
    words: ({ course, lesson }) => ({
      subject: 'A mistake was reported',
      email: ['A learner reported a mistake in a lesson. Sign in to read and answer it.'],
      inbox: `A learner reported a mistake in ${course}, “${lesson}”.`,
      action: { label: 'Read reported mistakes', path: '/review/mistakes' },
    }),
  },
  'comment-assigned': {
    isOptional: true,
    words: ({ comment_id, lesson, from }) => ({
      subject: 'A comment for you',
      email: ['A colleague assigned you a comment on a text. Sign in to read and answer it.'],
      inbox: `${from} assigned you a comment on “${lesson}”.`,
      action: { label: 'Open the comment', path: `/review/comments/${comment_id}` },
    }),
  },
  'fact-changed': {
    isOptional: true,
    words: ({ key, about, reason }) => ({
      subject: 'A fact was marked as changed',
      email: [
        'A reviewer marked a statute or fact of the courses as changed. Sign in to see what quotes it.',
      ],
      inbox: `“${about}” was marked as changed: ${reason}`,
      action: { label: 'See what quotes it', path: `/review/watch/${key}` },
    }),
  },
  'facts-due': {
    isOptional: true,
    words: ({ count, since }) => ({
      subject: 'Facts to check again',
      email: [
        `${count} phone numbers, addresses and other facts in the courses are due to be checked again.`,
      ],
      inbox: `${count} facts in the courses were last checked on ${formatDay(since)} or before. Check them again in courses/facts.yml.`,
      action: { label: 'Open course reviews', path: '/review/courses' },
    }),
  },
  'link-broken': {
    isOptional: true,
    words: ({ resource, name }) => ({
      subject: 'A link is broken',
      email: ['A link on the Resources page leads nowhere. Sign in to see which, and correct it.'],
      inbox: `The link of “${name}” on the Resources page leads nowhere. Find its new address, or take it off the page.`,
      action: { label: 'Correct it', path: `/review/resources/${resource}` },
    }),
  },
}

const importWords: Readonly<Record<string, (file: string) => string>> = {
  checked: (file) => `${file} has been read. See what it would change.`,
  applied: (file) => `${file} has been applied.`,
  'changed-meanwhile': (file) => `The roster changed while you looked at ${file}. Nothing was saved.`,
  failed: (file) => `${file} could not be processed. Nothing was saved.`,
}
