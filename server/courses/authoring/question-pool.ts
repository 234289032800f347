import { lineNumber } from '#server/courses/authoring/files/problems.ts'
import { parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import { readExercise } from '#server/courses/authoring/questions/questions.ts'
import { nothingUsed, type Used } from '#server/courses/authoring/text/scope.ts'
import type { Question } from '#server/courses/catalogue/question-types.ts'
import type { ModuleSetting } from './module-setting.ts'

/** A module's questions, with the file's text and what it uses, for the hash. */
export type Pool = Readonly<{ questions: Map<string, Question>; text: string; used: Used }>

/** Reads questions.yml, or reports it where the module asks no questions. */
export const readPool = (setting: ModuleSetting, asks: boolean): Pool =>
  asks ? readQuestions(setting) : noPool(setting)

function readQuestions({ folder, name, log, md, scopeFor, questionIds }: ModuleSetting): Pool {
  const questions = new Map<string, Question>()
  const path = `${folder.path}/${name}/questions.yml`
  const file = folder.files.get(`${name}/questions.yml`)
  if (!file) {
    log.error(
      path,
      1,
      'The module has no questions.',
      'Create questions.yml with a list of at least 16 questions.',
    )
    return { questions, text: '', used: nothingUsed() }
  }
  const scope = scopeFor(file.path)
  const pool = { questions, text: file.text, used: scope.used }
  const document = parseYaml(file.text, file.path, 1, log)
  if (!document) return pool
  if (!Array.isArray(document.data)) {
    log.error(
      path,
      1,
      'The questions are not a list.',
      'Start each question with "- id: …" at the beginning of a line.',
    )
    return pool
  }
  for (const at of document.data.keys()) {
    const question = readExercise({ document, path: [at], scope, md, use: 'question' })
    if (!question) continue
    const line = document.lineOf([at])
    const taken = questionIds.get(question.id)
    if (taken !== undefined) {
      log.error(
        path,
        line,
        `The question at ${taken.file}:${lineNumber(taken.line)} already has the id "${question.id}".`,
        'Give each question of the course a different id.',
      )
      continue
    }
    questionIds.set(question.id, { file: path, line })
    questions.set(question.id, question)
  }
  return pool
}

function noPool({ folder, name, log }: ModuleSetting): Pool {
  const file = folder.files.get(`${name}/questions.yml`)
  if (file)
    log.error(
      file.path,
      1,
      'Only the diagnostic of a refresher has questions.',
      'Move them into the lessons as exercises.',
    )
  return { questions: new Map<string, Question>(), text: '', used: nothingUsed() }
}
