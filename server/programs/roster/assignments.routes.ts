import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { findRosterToChangeOf, listProgramsOf } from '#server/programs/queries.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { addWork, correctWork, mendName, separate, transfer } from './assignments.actions.ts'
import { findAssignment, findPersonOnRoster } from './assignments.queries.ts'
import { type Act, type ActForm, actRoutes } from './change-forms.ts'
import type { Acting, RosterDone } from './roster.actions.ts'
import {
  contactFields,
  correctionFields,
  mendNameFields,
  separationFields,
  transferFields,
  typedWork,
  workFields,
} from './roster-fields.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; afterChange: AfterChange }>
type OfWork = Readonly<{ program: string; assignment: string }>
type OfPerson = Readonly<{ program: string; person: string }>

type RosterAct<Params> = Act<Params, RosterDone>
const policy = ['program_admin'] as const

/** What can be done about a person's work: put right, end, move, take up again; and how their name is written. */
export async function assignmentRoutes(app: App, needs: Needs): Promise<void> {
  const { db } = needs

  const theWork = '/programs/:program/assignments/:assignment'
  const ofWork = {
    policy,
    params: Type.Object({ program: uuid(), assignment: uuid() }),
    next: nextOf<OfWork>,
  }

  actRoutes(app, needs, {
    ...ofWork,
    address: `${theWork}/correction`,
    form: async (acting, params) => {
      const { program, assignment, page } = await workOf(acting, params)
      return {
        ...page,
        title: 'Correct the record',
        lead: 'The record as it was stays readable in the history, with your reason.',
        fields: (typed) => correctionFields(typed, program),
        start: typedWork(assignment),
        button: 'Save the correction',
      }
    },
    act: (acting, { program, assignment }, typed) => correctWork(db, acting, program, assignment, typed),
  } satisfies RosterAct<OfWork>)

  actRoutes(app, needs, {
    ...ofWork,
    address: `${theWork}/separation`,
    form: async (acting, params) => ({
      ...(await workOf(acting, params)).page,
      title: 'Record the last day of work',
      lead: 'Direct contact and leave that go on end on the same day.',
      fields: separationFields,
      start: {},
      button: 'Record the last day',
    }),
    act: (acting, { program, assignment }, typed) => separate(db, acting, program, assignment, typed),
  } satisfies RosterAct<OfWork>)

  actRoutes(app, needs, {
    ...ofWork,
    address: `${theWork}/transfer`,
    form: async (acting, params) => {
      const { assignment, page } = await workOf(acting, params)
      const programs = await otherPrograms(acting, params.program)
      return {
        ...page,
        title: 'Move to another program',
        lead: 'Work here ends and work there begins, in one step. The person keeps one account and all their certificates.',
        fields: (typed) => transferFields(typed, programs),
        start: { role_title: assignment.role_title },
        button: 'Move the person',
      }
    },
    act: (acting, { program, assignment }, typed) => transfer(db, acting, program, assignment, typed),
  } satisfies RosterAct<OfWork>)

  const ofPerson = {
    policy,
    params: Type.Object({ program: uuid(), person: uuid() }),
    next: nextOf<OfPerson>,
  }

  actRoutes(app, needs, {
    ...ofPerson,
    address: '/programs/:program/roster/:person/work',
    form: async (acting, params) => {
      const { program, page } = await personOf(acting, params)
      return {
        ...page,
        title: 'Back at work here',
        lead: 'A return is new work, with its own day of hire. What was recorded before stays as it is.',
        fields: (typed) => [...workFields(typed, program), ...contactFields(typed)],
        start: {},
        button: 'Add to the roster',
      }
    },
    act: (acting, { program, person }, typed) => addWork(db, acting, program, person, typed),
  } satisfies RosterAct<OfPerson>)

  actRoutes(app, needs, {
    ...ofPerson,
    address: '/programs/:program/roster/:person/name',
    form: async (acting, params) => {
      const { person, page } = await personOf(acting, params)
      return {
        ...page,
        title: 'Correct the name or employee ID',
        lead: 'New certificates carry the name as it is written here. Those that were issued stay as they are.',
        fields: mendNameFields,
        start: { name: person.name, employee_id: person.employee_id ?? '' },
        button: 'Save',
      }
    },
    act: (acting, { program, person }, typed) => mendName(db, acting, program, person, typed),
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
    const page: Pick<ActForm, 'over' | 'back'> = {
      over: program.name,
      back: { href: `/programs/${program.id}/roster/${person.id}`, label: person.name },
    }
    return { program, person, page }
  }

  async function otherPrograms({ viewer, now }: Acting, programId: string) {
    const { programs } = await listProgramsOf(db, viewer, dayOf(now), { size: 1000 })
    return programs.filter(({ id }) => id !== programId && viewer.administered_program_ids.includes(id))
  }
}

const nextOf = <Params extends { program: string }>({ program }: Params, { personId }: RosterDone): string =>
  `/programs/${program}/roster/${personId}?done=saved`
