import type { MarkdownIt, Token } from 'markdown-it'
import type { Line } from '#server/courses/authoring/files/problems.ts'
import { parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import { readExercise } from '#server/courses/authoring/questions/questions.ts'
import type { BlockEnv } from '#server/courses/authoring/text/blocks.ts'
import type { Drawing } from '#server/courses/authoring/text/figures.ts'
import type { Recordings } from '#server/courses/authoring/text/recordings.ts'
import type { Scope } from '#server/courses/authoring/text/scope.ts'
import { citationMark } from '#server/courses/authoring/text/sources.ts'
import { renderWords } from '#server/courses/authoring/text/words.ts'
import type { CourseFormat } from '#server/courses/catalogue/course-shapes.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import type { Exercise } from '#server/courses/catalogue/question-types.ts'

/** The context that a lesson is rendered in. */
export type LessonSetting = {
  readonly md: MarkdownIt
  readonly scope: Scope
  readonly support: string
  readonly drawing: (file: string, line: Line, scope: Scope) => Drawing | undefined
  readonly recording: Recordings['find']
  readonly drawExercise: (exercise: Exercise) => string
  readonly format: CourseFormat
}

/** What the figures and exercises of a lesson turn into while its text is rendered, and what was found on the way. */
export type LessonBlocks = ReturnType<typeof lessonBlocks>

export function lessonBlocks(setting: LessonSetting, firstLine: number) {
  const { scope } = setting
  const { log, file } = scope
  const exercises = new Map<string, Exercise>()
  const counts = { figures: 0, explored: 0 }
  const env: BlockEnv & { exercise: (token: Token) => string } = {
    scope,
    firstLine,
    label: false,
    support: setting.support,
    figure(name, caption, line) {
      counts.figures++
      const { html } = drawnFigure(setting, counts.figures, { kind: 'figure', name, caption, line })
      return {
        open:
          `<figure class="lesson-figure">\n${html}` +
          '<details class="lesson-figure-words"><summary>This picture in words</summary>\n',
        close: '</details>\n</figure>\n',
      }
    },
    recording(name, caption, line) {
      const player = setting.recording(name, line, scope)
      const words = captionHtml(setting, { kind: 'recording', name, caption, line })
      return {
        open:
          `<figure class="lesson-recording">\n<figcaption>${words}</figcaption>\n${player?.html ?? ''}\n` +
          '<details class="lesson-figure-words" open><summary>Transcript</summary>\n',
        close: '</details>\n</figure>\n',
      }
    },
    explore(name, caption, steps, line) {
      counts.figures++
      counts.explored++
      const figure = { kind: 'explore', name, caption, line } as const
      const { place, drawing, html } = drawnFigure(setting, counts.figures, figure)
      if (drawing) checkSteps(setting, figure, drawing, steps)
      return { place, open: `<figure class="lesson-figure lesson-explore">\n${html}` }
    },
    exercise(token) {
      const exercise = fencedExercise(token, firstLine, setting)
      if (!exercise) return ''
      if (exercises.has(exercise.id)) {
        log.error(
          file,
          firstLine + (token.map?.[0] ?? 0),
          `This lesson already has an exercise "${exercise.id}".`,
          'Give each one a different id.',
        )
      }
      exercises.set(exercise.id, exercise)
      // Facts used only by an exercise are also listed in the lesson's sources.
      citationMark(scope, exercise.facts, false)
      return `<!--exercise:${exercise.id}-->`
    },
  }
  return { env, exercises, counts }
}

type Figure = Readonly<{
  kind: 'figure' | 'explore' | 'recording'
  name: string
  caption: string
  line: Line
}>

function drawnFigure(setting: LessonSetting, number: number, figure: Figure) {
  const place = `figure-${number}`
  const drawing = setting.drawing(figure.name, figure.line, setting.scope)
  const words = captionHtml(setting, figure)
  return { place, drawing, html: `${drawing?.svg(place) ?? ''}\n<figcaption>${words}</figcaption>\n` }
}

function captionHtml({ scope, md }: LessonSetting, { kind, name, caption, line }: Figure): string {
  if (caption === '') {
    scope.log.error(
      scope.file,
      line,
      `The ${kind === 'recording' ? kind : 'figure'} ${name} has no caption.`,
      `Write ::: ${kind} ${name} "What it shows".`,
    )
  }
  return renderWords(md, scope, caption, line, false).html.replace(/^<p>|<\/p>$/g, '')
}

function checkSteps({ scope }: LessonSetting, { name, line }: Figure, drawing: Drawing, steps: number): void {
  const lacking = Array.from({ length: steps }, (_, at) => at + 1).filter((step) => !drawing.steps.has(step))
  if (lacking.length === 0) return
  scope.log.error(
    scope.file,
    line,
    `Nothing in ${name} is highlighted at step ${lacking.join(', ')}.`,
    `Add class="fig-step-${lacking[0]}" to the parts of that step.`,
  )
}

function fencedExercise(token: Token, firstLine: number, { scope, md }: LessonSetting): Exercise | undefined {
  const line = firstLine + (token.map?.[0] ?? 0) + 1
  const document = parseYaml(token.content, scope.file, line, scope.log)
  return document && readExercise({ document, path: [], scope, md, use: 'exercise' })
}

/** Renders fenced exercises in place. */
export function lessonFences(md: MarkdownIt): void {
  md.renderer.rules.fence = (tokens, index, _options, env) =>
    tokens[index]!.info.trim() === 'exercise'
      ? (env as unknown as { exercise: (token: Token) => string }).exercise(tokens[index]!)
      : `<p>${escapeHtml(tokens[index]!.content)}</p>`
}
