import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { answersToday, clearanceOfPeople } from '#server/standings/clearance.actions.ts'
import { listPrograms } from '#server/standings/clearance.queries.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { checkedLines, checkWords, shiftPage, standInsFor } from './shift-page.ts'
import { mostNamed, type Named, namedAs, namedIn } from './shift-people.ts'
import { checkShift, createShift, setShiftChecks } from './shifts.actions.ts'
import {
  findCheck,
  findShift,
  isCheckingShifts,
  listChecks,
  listOnRoster,
  listUnchecked,
} from './shifts.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

const checksAPage = 30
/** More people than a list of check boxes helps with. */
const mostPicked = 300

/** A shift lead checks who is on tonight: a list, each person's clearance now, and the check-in on record. */
export async function shiftRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const leads = { policy: ['supervisor', 'program_admin'] } as const
  const params = Type.Object({ program: uuid() })

  app.get(
    '/programs/:program/shifts',
    {
      config: leads,
      schema: {
        params,
        querystring: Type.Object({ page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })) }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const program = await programOf(viewer, request.params.program)
      const page = Number(request.query.page ?? 1)
      const asked = { programId: program.program_id, page, size: checksAPage }
      const { checks, total } = await listChecks(db, asked)
      const isOn = await isCheckingShifts(db, program.program_id)
      return reply.page('oversight/shifts/shifts', {
        title: 'Shift check-in',
        program,
        isOn,
        mayChange: viewer.administered_program_ids.includes(program.program_id),
        waiting: isOn ? await listUnchecked(db, program.program_id, clock()) : [],
        checks: checks.map((check) => ({ ...check, words: checkWords(check) })),
        pages: {
          current: page,
          last: Math.max(1, Math.ceil(total / checksAPage)),
          href: `/programs/${program.program_id}/shifts?page={page}`,
        },
      })
    },
  )

  app.get(
    '/programs/:program/shifts/new',
    { config: leads, schema: { params, querystring: Type.Object({ from: Type.Optional(uuid()) }) } },
    async (request, reply) => {
      const program = await checkingProgramOf(viewerOf(request), request.params.program)
      const from = request.query.from ? await findShift(db, program.program_id, request.query.from) : null
      const typed = { label: from?.label ?? '', people: from?.unmatched.join('\n') ?? '' }
      return newPage(reply, program, typed, from?.person_ids ?? [], [])
    },
  )

  app.post(
    '/programs/:program/shifts',
    {
      config: leads,
      schema: {
        params,
        body: form({
          label: Type.Optional(text(100)),
          people: Type.Optional(text(20_000)),
          row: Type.Optional(Type.Array(uuid(), { maxItems: mostPicked })),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const program = await checkingProgramOf(viewer, request.params.program)
      const { label = '', people = '', row = [] } = request.body
      const roster = await listOnRoster(db, program.program_id, dayOf(clock()))
      const named = together(namedIn(people, roster), namedAs(row, roster))
      const errors = problemsOf(named)
      if (errors.length > 0) return newPage(reply.status(422), program, { label, people }, row, errors)
      const acting = { viewer, now: clock() }
      const shift = { label: label.trim(), starts_at: clock(), named }
      const id = await createShift(db, acting, program.program_id, shift)
      return reply.redirect(`/programs/${program.program_id}/shifts/${id}`, 303)
    },
  )

  app.get(
    '/programs/:program/shifts/:shift',
    { config: leads, schema: { params: Type.Object({ program: uuid(), shift: uuid() }) } },
    async (request, reply) => {
      const program = await checkingProgramOf(viewerOf(request), request.params.program)
      const programId = program.program_id
      const today = dayOf(clock())
      const shift = (await findShift(db, programId, request.params.shift)) ?? notFound()
      const [lines, answers, roster, { checks }] = await Promise.all([
        clearanceOfPeople(db, shift.person_ids, programId, today),
        answersToday(db, programId, today),
        listOnRoster(db, programId, today),
        listChecks(db, { programId, shiftId: shift.id, page: 1, size: 5 }),
      ])
      const standIns = standInsFor(shift, answers, roster)
      return reply.page('oversight/shifts/shift', {
        title: shift.label || 'This shift',
        program,
        shift,
        now: clock(),
        ...shiftPage(shift, lines, today),
        standIns: standIns.slice(0, fewStandIns),
        moreStandIns: Math.max(0, standIns.length - fewStandIns),
        checks: checks.map((check) => ({ ...check, words: checkWords(check) })),
      })
    },
  )

  app.post(
    '/programs/:program/shifts/:shift/checks',
    { config: leads, schema: { params: Type.Object({ program: uuid(), shift: uuid() }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program_id } = await checkingProgramOf(viewer, request.params.program)
      const id = await checkShift(db, { viewer, now: clock() }, program_id, request.params.shift)
      return reply.redirect(`/programs/${program_id}/shift-checks/${id ?? notFound()}`, 303)
    },
  )

  app.get(
    '/programs/:program/shift-checks/:check',
    { config: leads, schema: { params: Type.Object({ program: uuid(), check: uuid() }) } },
    async (request, reply) => {
      const program = await programOf(viewerOf(request), request.params.program)
      const { check, answers } = (await findCheck(db, program.program_id, request.params.check)) ?? notFound()
      return reply.page('oversight/shifts/check', {
        title: 'Shift check-in',
        program,
        base: `/programs/${program.program_id}/shifts`,
        trail: 'Shift check-in',
        check,
        answers: checkedLines(answers),
      })
    },
  )

  app.post(
    '/programs/:program/shifts/setting',
    { config: { policy: ['program_admin'] }, schema: { params, body: form({ checks: text(3) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program_id } = await programOf(viewer, request.params.program)
      if (!viewer.administered_program_ids.includes(program_id)) return notFound()
      await setShiftChecks(db, { viewer, now: clock() }, program_id, request.body.checks === 'yes')
      return reply.redirect(`/programs/${program_id}/shifts`, 303)
    },
  )

  type Program = Awaited<ReturnType<typeof programOf>>

  async function newPage(
    reply: FastifyReply,
    program: Program,
    typed: Readonly<{ label: string; people: string }>,
    picked: readonly string[],
    errors: readonly FieldError[],
  ) {
    const roster = await listOnRoster(db, program.program_id, dayOf(clock()))
    return reply.page('oversight/shifts/new', {
      title: 'Who is on this shift?',
      program,
      typed,
      picked: new Set(picked),
      units: roster.length > mostPicked ? [] : Map.groupBy(roster, ({ unit }) => unit),
      errors,
    })
  }

  /** Only a licensed program has clearance for direct contact. */
  async function programOf(viewer: Viewer, programId: string) {
    if (!viewer.supervised_program_ids.includes(programId)) return notFound()
    const [program] = await listPrograms(db, [programId], dayOf(clock()))
    return program?.kind === 'licensed' ? program : notFound()
  }

  async function checkingProgramOf(viewer: Viewer, programId: string) {
    const program = await programOf(viewer, programId)
    return (await isCheckingShifts(db, programId)) ? program : notFound()
  }
}

const fewStandIns = 12

const together = (typed: Named, picked: Named): Named => ({
  people: [
    ...new Map([...picked.people, ...typed.people].map((person) => [person.person_id, person])).values(),
  ],
  unclear: typed.unclear,
  // Someone who was checked and has left the roster since is on the page no more.
  unmatched: typed.unmatched,
})

function problemsOf({ people, unclear, unmatched }: Named): readonly FieldError[] {
  const field = 'people'
  const [first] = unclear
  if (first) {
    const names = first.people.slice(0, 3).map(({ name }) => name)
    const more = first.people.length > 3 ? ', or someone else' : ''
    return [
      {
        field,
        message: `“${first.text}” could be ${names.join(' or ')}${more}. Write the whole name, the employee ID or the email.`,
      },
    ]
  }
  const count = people.length + unmatched.length
  if (count === 0) return [{ field, message: 'Name at least one person, or check them in the list below.' }]
  if (count > mostNamed) return [{ field, message: `A shift can have at most ${mostNamed} people.` }]
  if (unmatched.some((name) => name.length > 100))
    return [{ field, message: 'Write one person on each line.' }]
  return []
}
