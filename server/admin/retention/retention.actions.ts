import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { lockPeople } from '#server/people/queries.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { patternWords } from '#server/people/two-people.ts'
import { findSystemAdministrator, listPast } from './retention.queries.ts'
import { listCode, type Past, pastBefore } from './retention.ts'

/** What goes, in this order: ways to sign in, messages, and what someone wrote or set for themselves. No evidence. */
const ofPerson = [
  ...['sessions', 'known_devices', 'known_places', 'sign_in_challenges', 'sign_in_subjects'],
  ...['passkeys', 'authenticators', 'recovery_codes', 'paper_codes', 'invitations', 'email_changes'],
  ...['notices', 'notice_preferences', 'direct_emails', 'calendar_feeds', 'deputies', 'scim_group_members'],
  ...['bookmarks', 'lesson_notes', 'lesson_highlights', 'saved_words', 'reading_settings', 'unsent_forms'],
] as const
const ofEnrollment = ['reading_places', 'lesson_times', 'commitments'] as const

type Removal = Readonly<{
  years: number
  /** The code of the list that both people saw. */
  code: string
  by: string
  confirmedBy: string
  reason: string
}>

type RemovalResult = { kind: 'removed'; people: number; rows: number } | { kind: 'refused'; why: string }

/** Removes what isn't evidence about people who left long ago, and closes their accounts. Two people answer for it. */
export async function removePersonalData(db: Database, removal: Removal, now: Date): Promise<RemovalResult> {
  const [by, second] = await Promise.all([
    findSystemAdministrator(db, removal.by),
    findSystemAdministrator(db, removal.confirmedBy),
  ])
  if (!by || !second)
    return refused(`${by ? removal.confirmedBy : removal.by} is not the email of a system administrator.`)
  const problem = await whyNotTwoPeople(db, by.id, second.id, { askedAt: now, now })
  if (problem) return refused(`These two don’t count as two people: ${patternWords[problem]}.`)
  return writeEvidence(db, async (trx): Promise<RemovalResult> => {
    const people = await listPast(trx, pastBefore(dayOf(now), removal.years))
    if (people.length === 0 || listCode(people) !== removal.code)
      return refused(
        'This is not the list as it is now. Nothing was removed. List it again without --remove.',
      )
    await lockPeople(
      trx,
      people.map(({ id }) => id),
    )
    let total = 0
    for (const person of people) {
      const rows = await removeOne(trx, person, now)
      total += Object.values(rows).reduce((sum, count) => sum + count, 0)
      trx.record({
        kind: 'personal-data-removed',
        actor_id: by.id,
        subject: `person:${person.id}`,
        facts: {
          last_on: person.last_on,
          years: removal.years,
          rows,
          reason: removal.reason,
          confirmed_by: second.id,
        },
        at: now,
      })
    }
    return { kind: 'removed', people: people.length, rows: total }
  })
}

const refused = (why: string): RemovalResult => ({ kind: 'refused', why })

/** How many rows went, by table. */
async function removeOne(
  trx: Transaction<DB>,
  { id }: Past,
  now: Date,
): Promise<Readonly<Record<string, number>>> {
  const rows: Record<string, number> = {}
  const remove = async (table: string, where: ReturnType<typeof sql>) => {
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ${where}`.execute(trx)
    if (numAffectedRows) rows[table] = Number(numAffectedRows)
  }
  await remove('notice_emails', sql`notice_id in (select n.id from notices n where n.person_id = ${id})`)
  for (const table of ofPerson) await remove(table, sql`person_id = ${id}`)
  for (const table of ofEnrollment)
    await remove(table, sql`enrollment_id in (select e.id from enrollments e where e.person_id = ${id})`)
  await trx
    .updateTable('people')
    .set({
      email: null,
      asked_email: null,
      pronunciation: '',
      password_hash: null,
      disabled_at: now,
      closed_at: now,
    })
    .where('id', '=', id)
    .execute()
  return rows
}
