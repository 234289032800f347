import type { Database } from '#server/db/connection.ts'
import { addDays, addMonths, type Day, dayOf } from '#server/lib/days.ts'
import { typedDay } from '#server/programs/typed-form.ts'
import type { ProgramRequirement } from '#server/training/program-requirements/program-requirement.ts'
import { addRequirement } from '#server/training/program-requirements/program-requirements.actions.ts'
import {
  listRequirementRows,
  listWork,
} from '#server/training/program-requirements/program-requirements.queries.ts'
import { recordProgramTrainings } from '#server/training/program-requirements/program-trainings.actions.ts'
import type { TypedRequirement } from '#server/training/program-requirements/requirement-form.ts'
import { submitTraining } from '#server/training/program-requirements/submissions.actions.ts'
import { afternoonOf } from './rosters.ts'

/**
 * What North Star House asks of its people beyond the law: some of it done, some overdue or due soon, and one certificate
 * that waits for Rae's decision. Recorded with the product's own actions, on dates relative to today.
 */
export async function fillDemoOwnRequirements(db: Database, now: Date): Promise<void> {
  const today = dayOf(now)
  const [sam, rae, mai] = await Promise.all([
    personOf(db, 'sam@northstar.example'),
    personOf(db, 'rae@northstar.example'),
    personOf(db, 'mai@northstar.example'),
  ])
  const { program_id } = await db
    .selectFrom('roles')
    .select('program_id')
    .where('person_id', '=', rae.id)
    .executeTakeFirstOrThrow()
  if (!program_id) return
  const place = { program_id, sam, rae }
  const [reporting, firstAid, medication] = await addRequirements(db, place, addMonths(today, -18))
  if (!reporting || !firstAid || !medication) return
  const record = (requirement: ProgramRequirement, on: Day, who: Who, hours = '') =>
    recordForAll(db, place, requirement, { on, who, hours })
  await record(reporting, addMonths(today, -14), ({ name }) => name === 'Theo Okafor')
  await record(reporting, addMonths(today, -5), ({ name }) => name !== 'Theo Okafor')
  await record(firstAid, addDays(addMonths(today, -23), 4), ({ unit }) => unit === 'Nights', '4')
  await record(
    firstAid,
    addMonths(today, -9),
    ({ name, unit }) => unit !== 'Nights' && name !== mai.name,
    '6',
  )
  await record(medication, addMonths(today, -3), ({ role_title }) => role_title === 'Shift lead')
  const taken = {
    completed_on: typedDay(addDays(today, -6)),
    hours: '4',
    provider: 'Birch Falls Fire Department',
  }
  await submitTraining(db, mai, firstAid, { typed: taken, file: null }, afternoonOf(addDays(today, -1)))
}

type Person = Readonly<{ id: string; name: string }>
type Place = Readonly<{ program_id: string; sam: Person; rae: Person }>
type Who = (work: Readonly<{ name: string; unit: string; role_title: string }>) => boolean

const requirements: readonly TypedRequirement[] = [
  {
    title: 'Mandated reporter training',
    source: 'Minn. Stat. 245A.66, subd. 4',
    contact: 'no',
    schedule: 'same-month',
    first_days: '30',
  },
  {
    title: 'First aid and CPR',
    source: 'Staff handbook, section 7',
    contact: 'yes',
    schedule: 'months',
    months: '24',
    first_days: '90',
    least_hours: '4',
  },
  {
    title: 'Giving medication',
    source: 'Medication policy',
    contact: 'yes',
    roles: ['Shift lead', 'Night lead'],
    schedule: 'same-month',
    first_days: '30',
  },
]

async function addRequirements(
  db: Database,
  { program_id, rae }: Place,
  from: Day,
): Promise<readonly ProgramRequirement[]> {
  const actor = { viewer: { id: rae.id, administered_program_ids: [program_id] }, now: afternoonOf(from) }
  const choices = { roles: ['Shift lead', 'Night lead'], units: [], courses: [] }
  for (const typed of requirements)
    await addRequirement(db, actor, program_id, { ...typed, from_on: typedDay(from) }, choices)
  const rows = await listRequirementRows(db, [program_id])
  return requirements.flatMap(({ title }) => rows.find((row) => row.title === title) ?? [])
}

async function recordForAll(
  db: Database,
  { program_id, sam }: Place,
  requirement: ProgramRequirement,
  { on, who, hours }: Readonly<{ on: Day; who: Who; hours: string }>,
): Promise<void> {
  const people = await listWork(db, [program_id], { on, asKnownOn: null }, null)
  const person = people.filter((one) => who(one)).map(({ person_id }) => person_id)
  const viewer = { id: sam.id, supervised_program_ids: [program_id] }
  const typed = { person, completed_on: typedDay(on), hours }
  await recordProgramTrainings(db, viewer, requirement, typed, null, afternoonOf(on))
}

const personOf = (db: Database, email: string) =>
  db.selectFrom('people').select(['id', 'name']).where('email', '=', email).executeTakeFirstOrThrow()
