import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { findRosterOf, findRosterToChangeOf } from '#server/programs/queries.ts'
import { periodWords } from '#server/programs/recorded-period.ts'
import type { Assignment } from '#server/programs/roster/employment/assignment.ts'
import {
  findAssignment,
  findAssignmentOfPeriod,
  findPersonOnRoster,
} from '#server/programs/roster/employment/assignments.queries.ts'
import type { PeriodKind } from '#server/programs/roster/employment/periods.ts'
import {
  periodCorrectionFields,
  periodEndFields,
  periodFields,
  typedPeriod,
} from '#server/programs/roster/employment/roster-fields.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { type Act, type ChangeForm, changeFormRoutes } from './change-forms.ts'
import { correctPeriod, endPeriod, startPeriod } from './periods.actions.ts'
import type { Acting, RosterDone } from './roster.actions.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; afterChange: AfterChange }>
type OfWork = Readonly<{ program: string; assignment: string }>
type OfPeriod = Readonly<{ program: string; period: string }>

type FindRoster = typeof findRosterOf
type RosterAct<Params> = Act<Params, RosterDone>
const administrators = ['program_admin'] as const

/**
 * Recording, ending and correcting direct contact and leave. Supervisors, who hear of it first, may record leave and its
 * end; every correction is an administrator's.
 */
export async function periodRoutes(app: App, needs: Needs): Promise<void> {
  const { db } = needs
  const next = (_: unknown, { personId }: RosterDone) => `/team/${personId}?done=saved`

  for (const kind of ['contact', 'leave'] as const) {
    const recorders = kind === 'leave' ? (['supervisor', 'program_admin'] as const) : administrators
    const findRoster = kind === 'leave' ? findRosterOf : findRosterToChangeOf
    changeFormRoutes(app, needs, {
      address: `/programs/:program/assignments/:assignment/${kind}`,
      policy: recorders,
      params: Type.Object({ program: uuid(), assignment: uuid() }),
      form: async (acting, { program, assignment }) => ({
        ...words[kind].add,
        ...(await pageOf(acting, program, await findAssignment(db, program, assignment), findRoster)),
        fields: (typed) => periodFields(kind, typed),
        start: {},
      }),
      act: (acting, { program, assignment }, typed) =>
        startPeriod(db, acting, program, kind, assignment, typed),
      next,
    } satisfies RosterAct<OfWork>)

    const ofPeriod = { params: Type.Object({ program: uuid(), period: uuid() }), next }

    changeFormRoutes(app, needs, {
      ...ofPeriod,
      policy: recorders,
      address: `/programs/:program/${kind}/:period/end`,
      form: async (acting, params) => {
        const { period, page } = await periodOf(acting, kind, params, findRoster)
        return {
          ...words[kind].end,
          ...page,
          lead: `On record ${periodWords(period)}.`,
          fields: (typed) => periodEndFields(kind, typed),
          start: {},
        }
      },
      act: (acting, { program, period }, typed) => endPeriod(db, acting, program, kind, period, typed),
    } satisfies RosterAct<OfPeriod>)

    changeFormRoutes(app, needs, {
      ...ofPeriod,
      policy: administrators,
      address: `/programs/:program/${kind}/:period/correction`,
      form: async (acting, params) => {
        const { period, page } = await periodOf(acting, kind, params, findRosterToChangeOf)
        return {
          ...words[kind].correct,
          ...page,
          lead: 'The earlier record is kept in the history, with your reason.',
          fields: (typed) => periodCorrectionFields(kind, typed),
          start: typedPeriod(period),
          button: 'Save correction',
        }
      },
      act: (acting, { program, period }, typed) => correctPeriod(db, acting, program, kind, period, typed),
    } satisfies RosterAct<OfPeriod>)
  }

  async function periodOf(acting: Acting, kind: PeriodKind, params: OfPeriod, findRoster: FindRoster) {
    const assignment = await findAssignmentOfPeriod(db, params.program, kind, params.period)
    const page = await pageOf(acting, params.program, assignment, findRoster)
    const period = assignment?.[kind].find(({ period_id }) => period_id === params.period) ?? notFound()
    return { period, page }
  }

  async function pageOf(
    { viewer, now }: Acting,
    programId: string,
    assignment: Assignment | null,
    findRoster: FindRoster,
  ): Promise<Pick<ChangeForm, 'over' | 'back'>> {
    const { program } = (await findRoster(db, viewer, programId, dayOf(now))) ?? notFound()
    const { person_id } = assignment ?? notFound()
    const person = (await findPersonOnRoster(db, program.id, person_id)) ?? notFound()
    return {
      over: program.name,
      back: { href: `/team/${person.id}`, label: person.name },
    }
  }
}

const words = {
  contact: {
    add: {
      title: 'Record direct contact',
      lead: 'Direct contact means work with young people in the program. Record each period with its first and last day.',
      button: 'Record direct contact',
    },
    end: { title: 'End direct contact', button: 'Record last day' },
    correct: { title: 'Correct direct contact' },
  },
  leave: {
    add: {
      title: 'Record leave',
      lead: 'A person on leave has no direct contact. Leave the last day empty until you know it.',
      button: 'Record leave',
    },
    end: { title: 'End leave', button: 'Record last day of leave' },
    correct: { title: 'Correct leave' },
  },
} as const
