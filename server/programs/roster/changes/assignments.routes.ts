import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { findRosterToChangeOf, listProgramsOf } from '#server/programs/queries.ts'
import { findAssignment, findPersonOnRoster } from '#server/programs/roster/employment/assignments.queries.ts'
import { titleOn } from '#server/programs/roster/employment/role-titles.ts'
import {
  contactFields,
  correctionFields,
  correctNameFields,
  separationFields,
  transferFields,
  typedWork,
  workFields,
} from '#server/programs/roster/employment/roster-fields.ts'
import { workTextsBy } from '#server/programs/roster/employment/work-texts.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { correctName, separate } from './assignments.actions.ts'
import { type Act, type ChangeForm, changeFormRoutes } from './change-forms.ts'
import { type Hire, recordHire } from './hires.actions.ts'
import type { Acting, RosterDone } from './roster.actions.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; afterChange: AfterChange }>
type OfWork = Readonly<{ program: string; assignment: string }>
type OfPerson = Readonly<{ program: string; person: string }>

type RosterAct<Params> = Act<Params, RosterDone>
const policy = ['program_admin'] as const

/** Changes to a person's employment: correct, end, move, return; and corrections of their name. */
export async function assignmentRoutes(app: App, needs: Needs): Promise<void> {
  const { db } = needs

  const theWork = '/programs/:program/assignments/:assignment'
  const ofWork = {
    policy,
    params: Type.Object({ program: uuid(), assignment: uuid() }),
    next: nextOf,
  }

  changeFormRoutes(app, needs, {
    ...ofWork,
    address: `${theWork}/correction`,
    form: async (acting, params) => {
      const { program, assignment, page } = await workOf(acting, params)
      return {
        ...page,
        title: 'Correct the record',
        lead: 'The earlier record is kept in the history, with your reason.',
        fields: (typed) => correctionFields(typed, program, assignment),
        start: typedWork(assignment),
        button: 'Save correction',
      }
    },
    act: (acting, params, typed) => recordHire(db, acting, hireOf('correction', params, typed)),
  } satisfies RosterAct<OfWork>)

  changeFormRoutes(app, needs, {
    ...ofWork,
    address: `${theWork}/separation`,
    form: async (acting, params) => ({
      ...(await workOf(acting, params)).page,
      title: 'Record the last day of work',
      lead: 'Open periods of direct contact and leave end on the same day.',
      fields: separationFields,
      start: {},
      button: 'Record last day',
    }),
    act: (acting, { program, assignment }, typed) => separate(db, acting, program, assignment, typed),
  } satisfies RosterAct<OfWork>)

  changeFormRoutes(app, needs, {
    ...ofWork,
    address: `${theWork}/transfer`,
    form: async (acting, params) => {
      const { assignment, page } = await workOf(acting, params)
      const programs = await otherPrograms(acting, params.program)
      return {
        ...page,
        title: 'Move to another program',
        lead: 'This ends the employment here and starts one there. The person keeps their account and all their certificates.',
        fields: (typed) => transferFields(typed, programs),
        start: {
          ...workTextsBy((name) => assignment[name]),
          role_title: titleOn(assignment, dayOf(acting.now)),
        },
        button: 'Move person',
      }
    },
    act: (acting, params, typed) => recordHire(db, acting, hireOf('transfer', params, typed)),
  } satisfies RosterAct<OfWork>)

  const ofPerson = {
    policy,
    params: Type.Object({ program: uuid(), person: uuid() }),
    next: nextOf,
  }

  changeFormRoutes(app, needs, {
    ...ofPerson,
    address: '/programs/:program/roster/:person/work',
    form: async (acting, params) => {
      const { program, page } = await personOf(acting, params)
      return {
        ...page,
        title: 'Record a return to work',
        lead: 'A return is a new employment with its own day of hire. Earlier records stay as they are.',
        fields: (typed) => [...workFields(typed, program), ...contactFields(typed)],
        start: {},
        button: 'Add to roster',
      }
    },
    act: (acting, params, typed) => recordHire(db, acting, hireOf('return', params, typed)),
  } satisfies RosterAct<OfPerson>)

  changeFormRoutes(app, needs, {
    ...ofPerson,
    address: '/programs/:program/roster/:person/name',
    form: async (acting, params) => {
      const { person, page } = await personOf(acting, params)
      return {
        ...page,
        title: 'Correct the name or employee ID',
        lead: 'New certificates carry the name as it is written here. Those that were issued stay as they are.',
        fields: correctNameFields,
        start: { name: person.name, employee_id: person.employee_id ?? '' },
        button: 'Save',
      }
    },
    act: (acting, { program, person }, typed) => correctName(db, acting, program, person, typed),
  } satisfies RosterAct<OfPerson>)

  async function workOf(acting: Acting, params: OfWork) {
    const assignment = (await findAssignment(db, params.program, params.assignment)) ?? notFound()
    return {
      assignment,
      ...(await personOf(acting, { program: params.program, person: assignment.person_id })),
    }
  }

  async function personOf({ viewer, now }: Acting, { program: programId, person: personId }: OfPerson) {
    const { program } = (await findRosterToChangeOf(db, viewer, programId, dayOf(now))) ?? notFound()
    const person = (await findPersonOnRoster(db, program.id, personId)) ?? notFound()
    const page: Pick<ChangeForm, 'over' | 'back'> = {
      over: program.name,
      back: { href: `/team/${person.id}`, label: person.name },
    }
    return { program, person, page }
  }

  async function otherPrograms({ viewer, now }: Acting, programId: string) {
    const { programs } = await listProgramsOf(db, viewer, dayOf(now), { size: 1000 })
    return programs.filter(({ id }) => id !== programId && viewer.administered_program_ids.includes(id))
  }
}

const hireOf = (
  act: Hire['act'],
  params: Readonly<{ program: string; person?: string; assignment?: string }>,
  typed: Hire['typed'],
): Hire => ({
  act,
  programId: params.program,
  personId: params.person ?? null,
  assignmentId: params.assignment ?? null,
  typed,
})

const nextOf = (_: unknown, { personId }: RosterDone): string => `/team/${personId}?done=saved`
