import { changeWords } from '#server/courses/authoring/change-record.ts'
import { guidesOf } from '#server/courses/authoring/facilitators-guide.ts'
import type { Catalogue, CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import { questionKey } from '#server/courses/catalogue/question-key.ts'
import type { Question } from '#server/courses/catalogue/question-types.ts'
import { formatDay } from '#server/lib/days.ts'
import type { ApprovalRecord } from './approvals.ts'
import { approvalState, carriableApproval, decidingProblem, recordingProblem } from './approvals.ts'
import { chosenIn, takenWords } from './choices-taken.ts'
import type { Comment, CommentCounts, Thread } from './comments/comments.queries.ts'
import { exerciseParagraph, paragraphsOf, withParagraphs } from './comments/paragraphs.ts'
import { type PartReader, readingCoverage, reviewPath } from './reading-coverage.ts'
import type { MeetingRow } from './statistics.queries.ts'
import { type Meeting, remark, statisticsOf } from './statistics.ts'
import { changedQuestions, compareTexts } from './text-diff.ts'
import type { VersionRecord } from './version-record.queries.ts'

type Reviewer = Readonly<{ id: string; email: string | null; name: string }>

/** Every version of every course, with its approval status. */
export function reviewListPage(
  catalogue: Catalogue,
  approvals: ReadonlyMap<string, readonly ApprovalRecord[]>,
) {
  return {
    title: 'Review courses',
    courses: [...catalogue.courses.values()].map((course) => ({
      title: course.current.title,
      versions: [...course.versions.values()].map((text) => ({
        text,
        href: reviewPath(text),
        isCurrent: text.hash === course.current.hash,
        kind: text.change ? changeWords[text.change.kind] : null,
        approval: stateOfText(text, approvals.get(course.slug) ?? []),
      })),
    })),
    toConfirm: [...catalogue.register.values.values()].flatMap(({ text, about, toConfirm }) =>
      toConfirm ? [{ text, about, toConfirm }] : [],
    ),
    owed: catalogue.owedReviews.map(({ who, how, first }) => ({
      who,
      how,
      first: first.map((place) => ({ ...linkToReview(catalogue, place), lookFor: place.lookFor })),
    })),
  }
}

/** Where the reviewer reads a lesson or job aid that `owed-reviews.yml` names. */
function linkToReview(
  { courses, jobAids }: Catalogue,
  { lesson, jobAid }: Readonly<{ lesson: string | null; jobAid: string | null }>,
) {
  const sheet = jobAids.find(({ slug }) => slug === jobAid)?.sheet
  if (sheet) return { title: sheet.title, href: `/job-aids/${jobAid}`, from: 'Job aid' }
  const [slug = '', moduleSlug, lessonSlug] = lesson?.split('/') ?? []
  const text = courses.get(slug)?.current
  const found = text?.modules
    .find((one) => one.slug === moduleSlug)
    ?.lessons.find((one) => one.slug === lessonSlug)
  if (!text || !found) return { title: lesson ?? jobAid ?? '', href: null, from: '' }
  return {
    title: found.title,
    href: `${reviewPath(text)}/lessons/${moduleSlug}/${lessonSlug}`,
    from: text.shortTitle,
  }
}

function stateOfText(text: CourseVersion, approvals: readonly ApprovalRecord[]) {
  const states = approvals.filter(({ content_hash }) => content_hash === text.hash).map(approvalState)
  if (states.includes('in force')) return { word: 'Approved', tone: 'good' }
  if (states.includes('waiting')) return { word: 'Approval waiting for confirmation', tone: 'caution' }
  return { word: 'Not approved', tone: 'quiet' }
}

/** One version: its lessons and questions to read, its record, and its approvals. */
export function reviewVersionPage(
  /** With the version for new learners as each course's current one. */
  catalogue: Catalogue,
  text: CourseVersion,
  { approvals, comments, days, times, readings, reviewers }: VersionRecord,
  viewer: Reviewer,
) {
  const course = catalogue.courses.get(text.slug)!
  const { readers, ...coverage } = readingCoverage(text, readings, reviewers)
  const guides = new Map(guidesOf(catalogue, course).map(({ module, href }) => [module, href]))
  return {
    title: `${text.shortTitle}, version ${text.version}`,
    text,
    path: reviewPath(text),
    changeWord: text.change ? changeWords[text.change.kind] : null,
    modules: text.modules.map((module) => ({
      module,
      guideHref: text.hash === course.current.hash ? (guides.get(module.slug) ?? null) : null,
      questionsHref: `${reviewPath(text)}/questions/${module.slug}`,
      questionsReadBy: readWords(readers.get(`${module.slug}/`) ?? []),
      lessons: module.lessons.map((lesson) => ({
        lesson,
        href: `${reviewPath(text)}/lessons/${module.slug}/${lesson.slug}`,
        recorded:
          times.find((time) => time.module === module.slug && time.lesson === lesson.slug)?.minutes ?? null,
        place: `${module.slug}/${lesson.slug}`,
        comments: commentWords(comments.get(`${module.slug}/${lesson.slug}`) ?? none),
        readBy: readWords(readers.get(`${module.slug}/${lesson.slug}`) ?? []),
      })),
    })),
    questions: questionsOf(course.versions.get(text.change?.since ?? ''), text),
    coverage,
    comments: [...comments.values()].reduce(sumOf, none),
    others: [...course.versions.values()].filter(({ version }) => version !== text.version),
    changeDay: days.find(({ course, version }) => course === text.slug && version === text.version) ?? null,
    recordingProblem: recordingProblem(text, approvals, viewer),
    carriable: carriableApproval(course, text, approvals),
    approvals: approvals
      .filter(({ version }) => version === text.version)
      .map((approval) => ({
        ...approval,
        state: approvalState(approval),
        isThisText: approval.content_hash === text.hash,
        decidingProblem: decidingProblem(
          approval.content_hash === text.hash ? text : null,
          approval,
          approvals.find(({ id }) => id === approval.carried_from_id) ?? null,
          viewer,
        ),
      })),
  }
}

/** The questions that are new, changed or gone since the version before, those with a reason of the author's first. */
function questionsOf(before: CourseVersion | undefined, text: CourseVersion) {
  if (!before) return []
  const questions = changedQuestions(before, text).map(({ key, title, place, change }) => ({
    title,
    place,
    word: { added: 'New', changed: 'Changed', removed: 'Removed' }[change],
    why: text.change?.questionReasons?.[key] ?? null,
  }))
  return questions.sort((a, b) => Number(a.why === null) - Number(b.why === null))
}

const none: CommentCounts = { open: 0, mine: 0, resolved: 0 }

const sumOf = (a: CommentCounts, b: CommentCounts): CommentCounts => ({
  open: a.open + b.open,
  mine: a.mine + b.mine,
  resolved: a.resolved + b.resolved,
})

/** "2 open comments, 1 assigned to you, 3 resolved". Empty without any. */
function commentWords({ open, mine, resolved }: CommentCounts): string {
  const said = [
    open > 0 ? `${open} open ${open === 1 ? 'comment' : 'comments'}` : '',
    mine > 0 ? `${mine} assigned to you` : '',
    resolved > 0 ? `${resolved} resolved` : '',
  ]
  return said.filter((words) => words !== '').join(', ')
}

/** "Read by Noor Haddad on November 20, 2026. It has changed since Ines Ruiz read it on November 2, 2026." */
export function readWords(readers: readonly PartReader[]): string {
  const each = (hasChanged: boolean) =>
    readers
      .filter((one) => one.hasChanged === hasChanged)
      .map(({ name, on }) => ({ name, on: formatDay(on) }))
  const current = each(false).map(({ name, on }) => `${name} on ${on}`)
  const older = each(true).map(({ name, on }) => `${name} read it on ${on}`)
  return [
    current.length > 0 ? `Read by ${wordList(current)}.` : 'No reviewer has read this text.',
    older.length > 0 ? `It has changed since ${wordList(older)}.` : '',
  ]
    .filter((words) => words !== '')
    .join(' ')
}

const wordList = (words: readonly string[]) => new Intl.ListFormat('en-US').format(words)

/** A lesson as learners see it, plus answers below each exercise and reviewers' comments in place. */
export function reviewLessonPage(
  text: CourseVersion,
  module: Module,
  lesson: Lesson,
  { comments, threads }: Readonly<{ comments: readonly Comment[]; threads: readonly Thread[] }>,
  anchor: string | undefined,
) {
  const path = `${reviewPath(text)}/lessons/${module.slug}/${lesson.slug}`
  const paragraphs = lessonParagraphs(lesson)
  const known = new Set(paragraphs.map((one) => one.anchor))
  return {
    title: `${lesson.title}, version ${text.version}`,
    text,
    module,
    lesson,
    path,
    back: reviewPath(text),
    pieces: lesson.pieces.map((piece) => {
      const exercise = piece.kind === 'exercise' ? lesson.exercises.get(piece.id) : undefined
      return exercise
        ? {
            kind: 'exercise' as const,
            html: piece.html,
            key: questionKey(exercise),
            exercise,
            anchor: exerciseParagraph(exercise).anchor,
            comments: afterParagraph(exerciseParagraph(exercise).anchor),
          }
        : { kind: 'text' as const, html: withParagraphs(piece.html, (one) => afterParagraph(one.anchor)) }
    }),
    chosen: paragraphs.find((one) => one.anchor === anchor) ?? null,
    /** Comments on text that this version no longer has. */
    earlier: comments
      .filter((one) => !known.has(one.anchor))
      .map((one) => ({ ...one, thread: threads.find(({ anchor }) => anchor === one.anchor) ?? null })),
    ...neighbors(text, module, lesson),
  }

  function afterParagraph(of: string): string {
    const said = comments
      .filter((one) => one.anchor === of)
      .map(
        (one) =>
          `<span class="small"><strong>${escapeHtml(one.by_name)}</strong>, version ${escapeHtml(one.version)}: ${escapeHtml(one.body)}</span>`,
      )
    const thread = threads.find(({ anchor }) => anchor === of)
    const words = escapeHtml(paragraphs.find((one) => one.anchor === of)?.text.slice(0, 40) ?? '')
    const link = `<a class="small quiet" href="${path}?paragraph=${of}#comment">Comment<span class="usa-sr-only"> on “${words}”</span></a>`
    const state = thread
      ? ` <br><a class="small" href="/review/comments/${thread.id}">${escapeHtml(stateWords(thread))}</a>`
      : ''
    return ` ${link}${said.map((one) => ` <br>${one}`).join('')}${state}`
  }
}

/** What a link to a thread says. */
const stateWords = ({ is_resolved, assigned_to_name }: Thread): string =>
  is_resolved
    ? 'Resolved. Reopen it'
    : assigned_to_name
      ? `Open, assigned to ${assigned_to_name}. Reply or resolve`
      : 'Open. Reply, assign or resolve'

export const lessonParagraphs = (lesson: Lesson) =>
  lesson.pieces.flatMap((piece) => {
    if (piece.kind === 'text') return paragraphsOf(piece.html)
    const exercise = lesson.exercises.get(piece.id)
    return exercise ? [exerciseParagraph(exercise)] : []
  })

function neighbors(text: CourseVersion, module: Module, lesson: Lesson) {
  const all = text.modules.flatMap((one) => one.lessons.map((two) => ({ module: one, lesson: two })))
  const at = all.findIndex((one) => one.module === module && one.lesson === lesson)
  const link = (one: (typeof all)[number] | undefined) =>
    one && {
      title: one.lesson.title,
      href: `${reviewPath(text)}/lessons/${one.module.slug}/${one.lesson.slug}`,
    }
  return { previous: link(all[at - 1]), following: link(all[at + 1]) }
}

/** A module's questions with answers and statistics. */
export function reviewQuestionsPage(text: CourseVersion, module: Module, rows: readonly MeetingRow[]) {
  const byQuestion = Map.groupBy(rows, ({ question }) => question)
  return {
    title: `Questions on module ${module.number}, version ${text.version}`,
    text,
    module,
    back: reviewPath(text),
    questions: [...module.questions.values()].map((question) => {
      const met = byQuestion.get(question.id) ?? []
      const statistics = statisticsOf(met.map((row) => meetingOf(question, row)))
      return {
        question,
        key: questionKey(question),
        statistics,
        remark: remark(statistics),
        taken: (id: string) => takenWords(question, statistics, id),
      }
    }),
  }
}

function meetingOf(question: Question, row: MeetingRow): Meeting {
  return {
    question: row.question,
    isRight: row.is_right,
    restShare: row.rest_share,
    isSureMiss: row.is_sure_miss,
    chosen: chosenIn(question, row.answers),
  }
}

/** Two versions side by side. */
export function comparePage(before: CourseVersion, after: CourseVersion) {
  return {
    title: `${after.shortTitle}: ${before.version} and ${after.version}`,
    before,
    after,
    back: reviewPath(after),
    parts: compareTexts(before, after),
  }
}
