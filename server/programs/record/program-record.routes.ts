import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { findProgramOf } from '#server/programs/queries.ts'
import { type Act, type ActForm, actRoutes } from '#server/programs/roster/change-forms.ts'
import type { Acting } from '#server/programs/roster/roster.actions.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { correctionOfProgramFields, newProgramFields, programFields, typedFact } from './program-fields.ts'
import type { ProgramFact } from './program-forms.ts'
import {
  addProgram,
  correctProgramFact,
  factRows,
  type ProgramDone,
  recordProgramFact,
} from './program-record.actions.ts'
import { findProgramRecord } from './program-record.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; afterChange: AfterChange }>
type OfProgram = Readonly<{ program: string }>
type OfFact = Readonly<{ program: string; period: string }>

/** The record of programs as licensing staff and system administrators keep it. */
export async function programRecordRoutes(app: App, needs: Needs): Promise<void> {
  const { db } = needs
  const policy = ['licensing', 'system_admin'] as const
  const next = (_params: unknown, { programId }: ProgramDone) => `/programs/${programId}`

  actRoutes(app, needs, {
    address: '/programs/new',
    params: Type.Object({}),
    policy,
    form: async () => ({
      title: 'Add a program',
      over: 'Programs',
      lead: 'A licensed program is one site. Its status and certifications are recorded on its page afterwards.',
      fields: newProgramFields,
      start: {},
      button: 'Add the program',
      back: { href: '/programs', label: 'Programs' },
    }),
    act: (acting, _params, typed) => addProgram(db, acting, typed),
    next,
  } satisfies Act<unknown, ProgramDone>)

  for (const fact of ['details', 'status', 'certification'] as const) {
    const { noun, add, correct } = words[fact]

    actRoutes(app, needs, {
      address: `/programs/:program/${noun}/new`,
      params: Type.Object({ program: uuid() }),
      policy,
      form: async (acting, { program: programId }) => {
        const { program, page } = await pageOf(acting, programId)
        const fields = (typed: Parameters<ActForm['fields']>[0]) =>
          programFields(fact, typed, program.kind === 'licensed')
        return { ...page, ...add, fields, start: {} }
      },
      act: (acting, { program }, typed) => recordProgramFact(db, acting, program, fact, typed),
      next,
    } satisfies Act<OfProgram, ProgramDone>)

    actRoutes(app, needs, {
      address: `/programs/:program/${noun}/:period/correction`,
      params: Type.Object({ program: uuid(), period: uuid() }),
      policy,
      form: async (acting, { program: programId, period }) => {
        const { program, page } = await pageOf(acting, programId)
        const row = (await rowOf(programId, fact, period)) ?? notFound()
        return {
          ...page,
          title: correct,
          lead: 'The record as it was is kept, with your reason.',
          fields: (typed) => correctionOfProgramFields(fact, typed, program.kind === 'licensed'),
          start: typedFact(row),
          button: 'Save the correction',
        }
      },
      act: (acting, { program, period }, typed) =>
        correctProgramFact(db, acting, program, fact, period, typed),
      next,
    } satisfies Act<OfFact, ProgramDone>)
  }

  async function pageOf({ viewer, now }: Acting, programId: string) {
    const program = (await findProgramOf(db, viewer, programId, dayOf(now))) ?? notFound()
    const page: Pick<ActForm, 'over' | 'back'> = {
      over: program.name,
      back: { href: `/programs/${program.id}`, label: program.name },
    }
    return { program, page }
  }

  const rowOf = async (programId: string, fact: ProgramFact, periodId: string) =>
    factRows(await findProgramRecord(db, programId), fact).find(({ period_id }) => period_id === periodId)
}

const words = {
  details: {
    noun: 'details',
    add: {
      title: 'Change name or license from a day on',
      lead: 'What held until then ends the day before.',
      button: 'Record the change',
    },
    correct: 'Correct name or license',
  },
  status: {
    noun: 'license-statuses',
    add: {
      title: 'Record a license status',
      lead: 'The status that held until then ends the day before.',
      button: 'Record the status',
    },
    correct: 'Correct a license status',
  },
  certification: {
    noun: 'certifications',
    add: {
      title: 'Record a certification',
      lead: 'From the day it takes effect, its training rules hold for this program.',
      button: 'Record the certification',
    },
    correct: 'Correct or end a certification',
  },
} as const
