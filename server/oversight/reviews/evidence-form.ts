import type { Day } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { reader, type Typed } from '#server/programs/typed-form.ts'
import { fileType, type UploadedFile } from '#server/web/upload.ts'

/** Maximum characters and files of one message. */
const longestMessage = 10_000
export const mostFiles = 5

type EvidenceFile = Readonly<{
  bytes: Buffer
  name: string
  type: 'application/pdf' | 'image/png' | 'image/jpeg'
}>

export type EvidenceMessage = Readonly<{ body: string; files: readonly EvidenceFile[] }>

type Uploaded = Readonly<{
  fields: Typed
  files: readonly UploadedFile[]
  isTooLarge: boolean
  isTooMany: boolean
}>

type Problems = Readonly<{ kind: 'problems'; problems: readonly Problem[] }>

/** Reads a message of a thread. Its files are PDFs or pictures by their content, whatever their names say. */
export function readMessage({
  fields,
  files,
  isTooLarge,
  isTooMany,
}: Uploaded): Readonly<{ kind: 'message'; message: EvidenceMessage }> | Problems {
  const body = (fields.body ?? '').trim()
  const problems: Problem[] = []
  if (!body) problems.push({ field: 'body', message: 'Enter a message. Say what the files show.' })
  if (body.length > longestMessage)
    problems.push({
      field: 'body',
      message: `Use ${longestMessage} characters or fewer. Put the rest in a file.`,
    })
  if (isTooLarge)
    problems.push({ field: 'files', message: 'A file is larger than 10 MB. Choose a smaller one.' })
  if (isTooMany) problems.push({ field: 'files', message: `Send up to ${mostFiles} files in one message.` })
  const read = files.flatMap(({ name, bytes }) => {
    const type = fileType(bytes)
    if (type) return [{ bytes, type, name: name.replace(/[^\w.\- ]+/g, '_').slice(-100) || 'file' }]
    problems.push({ field: 'files', message: `“${name}” is not a PDF, PNG or JPEG.` })
    return []
  })
  if (problems.length > 0) return { kind: 'problems', problems }
  return { kind: 'message', message: { body, files: read } }
}

export type EvidenceEntry = Readonly<{ person_id: string | null; subject: string; due_on: Day }>

/** Reads a new request: what is asked for, about whom, and by when. */
export function readRequest(
  typed: Typed,
  /** Whom it is about, if they are on the program's roster. */
  person: Readonly<{ id: string }> | null,
  today: Day,
): Readonly<{ kind: 'request'; entry: EvidenceEntry }> | Problems {
  const form = reader(typed, today)
  const subject = form.line('subject', 'Enter what you ask for, in a few words.')
  const due_on = form.day('due_on', 'Enter the day by which you need it.')
  if (due_on && due_on < today) form.refuse('due_on', 'The day has passed.')
  const person_id = typed.person || null
  if (person_id && person_id !== person?.id) form.refuse('person', 'Choose a person in this program.')
  if (!due_on || form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  return { kind: 'request', entry: { person_id, subject, due_on } }
}
