import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { findProgramOf } from '#server/programs/queries.ts'
import { type Act, type ChangeForm, changeFormRoutes } from '#server/programs/roster/changes/change-forms.ts'
import type { Acting } from '#server/programs/roster/changes/roster.actions.ts'
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
import { findProgramRecord, listHolderNames } from './program-record.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; afterChange: AfterChange }>
type OfProgram = Readonly<{ program: string }>
type OfFact = Readonly<{ program: string; period: string }>

/** Program records, maintained by licensing staff and system administrators. */
export async function programRecordRoutes(app: App, needs: Needs): Promise<void> {
  const { db } = needs
  const policy = ['licensing', 'system_admin'] as const
  const next = (_params: unknown, { programId }: ProgramDone) => `/programs/${programId}`

  changeFormRoutes(app, needs, {
    address: '/programs/new',
    params: Type.Object({}),
    policy,
    form: async () => {
      const holders = await listHolderNames(db)
      return {
        title: 'Add a program',
        over: 'Programs',
        lead: 'A licensed program is one site. You add its license status and certifications on the next page.',
        fields: (typed) => newProgramFields(typed, holders),
        start: {},
        button: 'Add program',
        back: { href: '/programs', label: 'Programs' },
      }
    },
    act: (acting, _params, typed) => addProgram(db, acting, typed),
    next,
  } satisfies Act<unknown, ProgramDone>)

  for (const fact of ['details', 'status', 'certification'] as const) {
    const { noun, add, correct } = words[fact]

    changeFormRoutes(app, needs, {
      address: `/programs/:program/${noun}/new`,
      params: Type.Object({ program: uuid() }),
      policy,
      form: async (acting, { program: programId }) => {
        const { program, page } = await pageOf(acting, programId)
        const fields = (typed: Parameters<ChangeForm['fields']>[0]) =>
          programFields(fact, typed, program.kind === 'licensed')
        return { ...page, ...add, fields, start: {} }
      },
      act: (acting, { program }, typed) => recordProgramFact(db, acting, program, fact, typed),
      next,
    } satisfies Act<OfProgram, ProgramDone>)

    changeFormRoutes(app, needs, {
      address: `/programs/:program/${noun}/:period/correction`,
      params: Type.Object({ program: uuid(), period: uuid() }),
      policy,
      form: async (acting, { program: programId, period }) => {
        const { program, page } = await pageOf(acting, programId)
        const row = (await rowOf(programId, fact, period)) ?? notFound()
        return {
          ...page,
          title: correct,
          lead: 'The earlier record is kept in the history, with your reason.',
          fields: (typed) => correctionOfProgramFields(fact, typed, program.kind === 'licensed'),
          start: typedFact(row),
          button: 'Save correction',
        }
      },
      act: (acting, { program, period }, typed) =>
        correctProgramFact(db, acting, program, fact, period, typed),
      next,
    } satisfies Act<OfFact, ProgramDone>)
  }

  async function pageOf({ viewer, now }: Acting, programId: string) {
    const program = (await findProgramOf(db, viewer, programId, dayOf(now))) ?? notFound()
    const page: Pick<ChangeForm, 'over' | 'back'> = {
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
      title: 'Record a new name or license',
      lead: 'The current name and license end the day before.',
      button: 'Record change',
    },
    correct: 'Correct name or license',
  },
  status: {
    noun: 'license-statuses',
    add: {
      title: 'Record a license status',
      lead: 'The current status ends the day before.',
      button: 'Record status',
    },
    correct: 'Correct a license status',
  },
  certification: {
    noun: 'certifications',
    add: {
      title: 'Record a certification',
      lead: 'From the day it takes effect, this program must meet its training requirements.',
      button: 'Record certification',
    },
    correct: 'Correct or end a certification',
  },
} as const
