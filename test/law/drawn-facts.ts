import fc from 'fast-check'
import { certificationTypes, type WrittenFacts } from '#server/law/facts/facts-schema.ts'
import { addDays, type Day } from '#server/lib/days.ts'

/** Generated lives: valid facts with missing values, corrections, breaks and late records. */

export const firstDay: Day = '2021-06-01'
const lastOffset = 2200

export const drawnDay = fc.integer({ min: 0, max: lastOffset }).map((offset) => addDays(firstDay, offset))

const maybe = <T>(value: fc.Arbitrary<T>, freq = 4) => fc.option(value, { nil: undefined, freq })
const orNull = <T>(value: fc.Arbitrary<T>, freq = 8) => fc.option(value, { nil: null, freq })

type Given<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>
}

/** Drops keys with undefined values, as JSON does. */
function given<T extends object>(value: T): Given<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never
}

type Assignment = NonNullable<WrittenFacts['assignments']>[number]
type Program = NonNullable<WrittenFacts['programs']>[number]
type Settings = NonNullable<WrittenFacts['settings']>

const recorded = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: drawnDay },
)

/** Periods one after the other. The last may be open. */
function periodsBetween(from: Day, to: Day | null, most: number) {
  return fc
    .tuple(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 500 })), {
        maxLength: most,
      }),
      fc.boolean(),
    )
    .map(([lengths, open]) => {
      const periods: { from: Day; to: Day | null }[] = []
      let at = from
      for (const [pause, length] of lengths) {
        const begin = addDays(at, periods.length === 0 ? pause - 1 : pause)
        const end = addDays(begin, length)
        if (to !== null && end > to) break
        periods.push({ from: begin, to: end })
        at = end
      }
      const last = periods.at(-1)
      if (open && last) last.to = to
      return periods
    })
}

const certifications = drawnDay.chain((from) =>
  fc.tuple(periodsBetween(from, null, 3), fc.boolean(), recorded).map(([periods, known, recorded_on]) =>
    periods.map((period, index) =>
      given({
        type: certificationTypes[0],
        from: index === 0 && !known ? null : period.from,
        to: period.to,
        recorded_on: index === 1 ? recorded_on : undefined,
      }),
    ),
  ),
)

const steady: NonNullable<Program['certifications']> = [
  { type: certificationTypes[0], from: '2021-01-01', to: null },
]
const steadyCertification = fc.constant(steady)

function assignment(program: string, hired: Day, separated: Day | null): fc.Arbitrary<Assignment> {
  return fc
    .record({
      contact: periodsBetween(hired, separated, 3),
      contactKnown: fc.integer({ min: 0, max: 9 }),
      leave: periodsBetween(hired, separated, 2),
      hireKnown: fc.integer({ min: 0, max: 19 }),
      at: fc.boolean(),
      recorded_on: recorded,
      end_recorded_on: recorded,
    })
    .map(({ contact, contactKnown, leave, hireKnown, at, recorded_on, end_recorded_on }) =>
      given({
        program,
        hired_on: hireKnown === 0 ? null : hired,
        separated_on: separated,
        contact:
          contactKnown === 0
            ? null
            : contact.map((period, index) =>
                given({
                  ...period,
                  from: contactKnown === 1 && index === 0 ? null : period.from,
                  from_at:
                    at && !(contactKnown === 1 && index === 0) ? `${period.from}T08:00:00-06:00` : null,
                }),
              ),
        leave,
        recorded_on,
        end_recorded_on,
      }),
    )
}

function employments(program: string): fc.Arbitrary<Assignment[]> {
  return fc
    .tuple(
      drawnDay,
      fc.integer({ min: 30, max: 900 }),
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 0, max: 2 }),
    )
    .chain(([hired, length, pause, count]): fc.Arbitrary<Assignment[]> => {
      const left = addDays(hired, length)
      if (count === 0) return fc.constant([])
      if (count === 1) return fc.tuple(assignment(program, hired, null))
      return fc.tuple(assignment(program, hired, left), assignment(program, addDays(left, pause), null))
    })
}

const common = {
  recordedLater: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined, freq: 2 }),
  voidedLater: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined, freq: 9 }),
  hours: maybe(orNull(fc.integer({ min: 0, max: 40 }).map((quarters) => quarters / 4))),
  verified: fc.array(fc.record({ program: fc.constantFrom('one', 'two'), on: drawnDay }), { maxLength: 1 }),
  program: maybe(fc.constantFrom('one', 'two'), 2),
}

const after = (day: Day | null, days: number | undefined) =>
  day === null || days === undefined ? undefined : addDays(day, days)

const drawnCompletion = fc
  .record({
    ...common,
    course: fc.oneof(
      { weight: 5, arbitrary: fc.constant('residential-settings') },
      { weight: 1, arbitrary: fc.constant('child-protection') },
    ),
    approved: fc.oneof(
      { weight: 6, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constantFrom(false, null) },
    ),
    day: orNull(drawnDay, 15),
    hour: fc.integer({ min: 10, max: 23 }),
    timed: fc.boolean(),
    accepted: maybe(fc.boolean(), 3),
  })
  .map(({ recordedLater, voidedLater, day, hour, timed, ...rest }) =>
    given({
      ...rest,
      ...(timed && day !== null ? { completed_at: `${day}T${hour}:30:00-06:00` } : { completed_on: day }),
      recorded_on: after(timed && day !== null ? addDays(day, 1) : day, recordedLater),
      voided_on: after(timed && day !== null ? addDays(day, 1) : day, voidedLater),
    }),
  )

const drawnOutside = fc
  .record({
    ...common,
    code: orNull(
      fc.constantFrom('X205', 'X100', 'X203', 'X204', '239A', '239B', '239C', 'X113', 'CWTA x-205', 'Z9'),
      4,
    ),
    title: fc.constant('A training elsewhere'),
    completed_on: orNull(drawnDay, 15),
    accepted: maybe(orNull(fc.boolean()), 5),
    human_trafficking: maybe(orNull(fc.boolean()), 5),
    same_curriculum: maybe(fc.boolean(), 2),
    certificate_verified: maybe(fc.boolean(), 2),
  })
  .map(({ recordedLater, voidedLater, ...rest }) =>
    given({
      ...rest,
      recorded_on: after(rest.completed_on, recordedLater),
      voided_on: after(rest.completed_on, voidedLater),
    }),
  )

const duties = drawnDay.chain((hired) =>
  fc
    .record({
      later: fc.integer({ min: 0, max: 200 }),
      length: fc.option(fc.integer({ min: 0, max: 1500 }), { nil: null }),
      hireKnown: fc.integer({ min: 0, max: 9 }),
      fromKnown: fc.integer({ min: 0, max: 9 }),
      recorded_on: recorded,
      back: fc.option(fc.integer({ min: 1, max: 400 }), { nil: null }),
    })
    .map(({ later, length, hireKnown, fromKnown, recorded_on, back }) => {
      const from = addDays(hired, later)
      const to = length === null ? null : addDays(from, length)
      const hired_on = hireKnown === 0 ? null : hired
      const first = given({
        agency: 'county',
        hired_on,
        duties_from: fromKnown === 0 ? null : from,
        duties_to: to,
        recorded_on,
      })
      // Duties that end and resume within the same employment.
      return to === null || back === null
        ? [first]
        : [first, { agency: 'county', hired_on, duties_from: addDays(to, back), duties_to: null }]
    }),
)

const drawnSettings: fc.Arbitrary<Settings> = fc
  .record({
    annual_anchor: maybe(fc.constantFrom('re-anchor', 'keep-month'), 2),
    leave: maybe(fc.constantFrom('not-required', 'keeps-running'), 2),
    transfer: maybe(fc.constantFrom('carries', 'verified-first'), 2),
    rehire: maybe(fc.constantFrom('prior-initial-counts', 'initial-again'), 2),
    later_certification: maybe(fc.constantFrom('day-before', 'day-of'), 2),
    same_day_contact: maybe(fc.constantFrom('accept-and-flag', 'day-before'), 2),
    hours_year: maybe(fc.constantFrom('calendar', 'hire-anniversary', 'fiscal'), 2),
    fiscal_year_month: maybe(fc.integer({ min: 1, max: 12 }), 2),
    trafficking_due_months: maybe(orNull(fc.integer({ min: 1, max: 24 }), 2), 2),
  })
  .map((settings) => given(settings))

export const drawnFacts: fc.Arbitrary<WrittenFacts> = fc
  .record({
    one: fc.oneof({ weight: 2, arbitrary: steadyCertification }, { weight: 2, arbitrary: certifications }),
    two: fc.oneof({ weight: 3, arbitrary: certifications }, { weight: 1, arbitrary: fc.constant(null) }),
    atOne: employments('one'),
    atTwo: employments('two'),
    completions: fc.array(drawnCompletion, { maxLength: 4 }),
    outside: fc.array(drawnOutside, { maxLength: 3 }),
    child_protection: fc.option(duties, { nil: [] }),
    settings: fc.oneof({ weight: 1, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: drawnSettings }),
  })
  .map(
    ({ one, two, atOne, atTwo, ...rest }): WrittenFacts => ({
      programs: [
        { id: 'one', name: 'House One', holder: 'First', certifications: one },
        { id: 'two', certifications: two },
      ],
      assignments: [...atOne, ...atTwo],
      ...rest,
    }),
  )

/** The same, for a person who works at House One throughout and was trained there at the start. */
export const drawnWorkingLife: fc.Arbitrary<WrittenFacts> = drawnFacts.map((written) => {
  const [one, two] = written.programs ?? []
  const atOne = written.assignments?.find(({ program }) => program === 'one')
  return {
    ...written,
    programs: [{ ...one!, certifications: steady }, two!],
    assignments: [
      {
        program: 'one',
        hired_on: firstDay,
        contact: [{ from: addDays(firstDay, 30) }],
        leave: atOne?.leave ?? [],
      },
      ...(written.assignments ?? []).filter(({ program }) => program === 'two'),
    ],
    completions: [
      { course: 'residential-settings', approved: true, completed_on: addDays(firstDay, 5), program: 'one' },
      ...(written.completions ?? []),
    ],
  }
})
