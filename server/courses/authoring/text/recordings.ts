import { createHash } from 'node:crypto'
import type { CourseFile, CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import { type Line, type ProblemLog, suggestion } from '#server/courses/authoring/files/problems.ts'
import { captionsOf, endingOf, recordingKinds } from '#server/courses/authoring/files/recording-names.ts'
import type { RecordingFile } from '#server/courses/catalogue/course-parts.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import type { Scope } from './scope.ts'

/** Enough for ten minutes of video for a phone, and little enough for a repository. */
const mostBytes = 25 * 1024 * 1024

/** A player of the browser's own, without the transcript below it. */
type Player = Readonly<{ html: string }>

/** The recordings of one version of a course, by file name. */
export type Recordings = Readonly<{
  find: (name: string, line: Line, scope: Scope) => Player | undefined
  checkUnused: () => void
  /** What the service sends, by the name in its address. */
  served: ReadonlyMap<string, RecordingFile>
}>

export function recordingsOf(folder: CourseFolder, log: ProblemLog): Recordings {
  const files = [...folder.files.values()].filter(({ recording }) => recording !== undefined)
  const served = new Map<string, RecordingFile>()
  const shown = new Set<string>()
  const serve = (file: CourseFile): string => {
    const name = `${sha256(file.text).slice(0, 16)}.${endingOf(file.inner)}`
    served.set(name, file.recording ? { disk: file.recording.disk } : { text: file.text })
    return `/courses/${folder.slug}/recordings/${name}`
  }
  for (const file of files) checkSize(file, log)
  return {
    served,
    find(name, line, scope) {
      shown.add(name)
      const file = folder.files.get(`media/${name}`)
      if (!file?.recording) {
        const names = files.map(({ inner }) => inner.slice('media/'.length))
        log.error(
          scope.file,
          line,
          `There is no recording "${name}" in ${folder.path}/media.`,
          `Put it there as ${Object.keys(recordingKinds).join(', ')}. ${suggestion(name, names, 'recordings')}`,
        )
        return undefined
      }
      const kind = recordingKinds[endingOf(name)]!
      const captions = folder.files.get(`media/${captionsOf(name)}`)
      checkCaptions(file, kind, captions, log)
      const track = captions
        ? `<track kind="captions" srclang="en" label="English" src="${escapeHtml(serve(captions))}" default>`
        : ''
      return {
        html: `<${kind} controls preload="metadata"${kind === 'video' ? ' playsinline' : ''} src="${escapeHtml(serve(file))}">${track}</${kind}>`,
      }
    },
    checkUnused() {
      for (const { inner, path } of files)
        if (!shown.has(inner.slice('media/'.length)))
          log.warning(path, 1, 'No lesson uses this recording.', '')
    },
  }
}

function checkSize({ path, recording }: CourseFile, log: ProblemLog): void {
  if (recording!.bytes <= mostBytes) return
  log.error(
    path,
    1,
    `The recording has ${Math.ceil(recording!.bytes / 1024 / 1024)} MB.`,
    `Make it smaller than ${mostBytes / 1024 / 1024} MB, or split it.`,
  )
}

/** Who can't hear a video reads along. A recording of sound alone has its transcript. */
function checkCaptions(
  file: CourseFile,
  kind: 'audio' | 'video',
  captions: CourseFile | undefined,
  log: ProblemLog,
): void {
  if (!captions) {
    if (kind === 'video')
      log.error(
        file.path,
        1,
        'The video has no captions.',
        `Write them as WebVTT: ${captionsOf(file.inner)}.`,
      )
    return
  }
  const hasCue = /^(\d+:)?\d\d:\d\d\.\d{3} --> (\d+:)?\d\d:\d\d\.\d{3}.*\n+\S/m.test(captions.text)
  if (!captions.text.startsWith('WEBVTT') || !hasCue)
    log.error(
      captions.path,
      1,
      'These are not captions in WebVTT.',
      'Begin with "WEBVTT" and an empty line. Then, for each caption, a line "00:01.000 --> 00:04.000" and its words.',
    )
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
