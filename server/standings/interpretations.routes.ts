import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { defaultSettings, interpretations, type SettingName } from '#server/law/facts/settings.ts'
import { dayOf } from '#server/lib/days.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import { listPrograms } from './clearance.queries.ts'
import { listInterpretations } from './facts.queries.ts'
import { recordInterpretations } from './interpretations.actions.ts'
import {
  concerns,
  interpretationChoices,
  type ProgramKind,
  readInterpretationsForm,
} from './interpretations-form.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** A program's interpretations of points that the law leaves open. */
export async function interpretationsRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const administrators = { policy: ['program_admin'] } as const
  const params = Type.Object({ program: uuid() })

  app.get(
    '/programs/:program/interpretations',
    { config: administrators, schema: { params } },
    async (request, reply) => {
      const program = await administeredOf(viewerOf(request).administered_program_ids, request.params.program)
      const now = (await listInterpretations(db, [program.program_id])).get(program.program_id) ?? {}
      return reply.page(
        'standings/interpretations',
        pageOf(program, asTyped({ ...defaultSettings, ...now }), []),
      )
    },
  )

  app.post(
    '/programs/:program/interpretations',
    {
      config: administrators,
      schema: {
        params,
        body: Type.Record(Type.String({ maxLength: 40 }), text(1000), { maxProperties: 20 }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const program = await administeredOf(viewer.administered_program_ids, request.params.program)
      const stored = (await listInterpretations(db, [program.program_id])).get(program.program_id) ?? {}
      const { interpretations, errors } = readInterpretationsForm(request.body, program.kind, stored)
      if (errors.length > 0)
        return reply.status(422).page('standings/interpretations', pageOf(program, request.body, errors))
      await recordInterpretations(
        db,
        viewer,
        program.program_id,
        interpretations,
        request.body.reason?.trim() ?? '',
        clock(),
      )
      return reply.redirect(`/programs/${program.program_id}/interpretations`, 303)
    },
  )

  async function administeredOf(administered: readonly string[], programId: string) {
    if (!administered.includes(programId)) return notFound()
    const [program] = await listPrograms(db, [programId], dayOf(clock()))
    return program ?? notFound()
  }
}

const asTyped = (settings: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, value === null ? '' : String(value)]),
  )

function pageOf(
  program: Readonly<{ program_id: string; name: string; kind: ProgramKind }>,
  typed: Readonly<Record<string, string>>,
  errors: readonly { field: string; message: string }[],
) {
  return {
    title: 'Interpretations of the law',
    program,
    typed,
    errors,
    questions: Object.entries(interpretationChoices)
      .filter(([name]) => concerns(name as SettingName, program.kind))
      .map(([name, choices]) => ({
        name,
        rule: interpretations[name as SettingName].rule,
        question: interpretations[name as SettingName].question,
        choices: choices.map((choice) => ({
          ...choice,
          label:
            choice.value === defaultSettings[name as SettingName]
              ? `${choice.label} (cautious default)`
              : choice.label,
        })),
      })),
    agencyQuestions:
      program.kind === 'agency'
        ? (['fiscal_year_month', 'trafficking_due_months'] as const).map((name) => ({
            name,
            rule: interpretations[name].rule,
            question: interpretations[name].question,
          }))
        : null,
  }
}
