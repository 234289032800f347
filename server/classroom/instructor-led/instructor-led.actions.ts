import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { notify } from '#server/notices/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import {
  type LedSession,
  listRegistrations,
  lockLedSession,
  type Registration,
} from './instructor-led.queries.ts'
import type { LedEntry } from './instructor-led-form.ts'
import { changeRefusal, movingUp, registrationRefusal, withdrawalRefusal } from './instructor-led-session.ts'

type Told = readonly Readonly<{ person_id: string }>[]

type LedDetails = LedEntry & Readonly<{ instructor_id: string | null }>

export async function publishSession(
  db: Database,
  viewer: Viewer,
  programId: string | null,
  details: LedDetails,
  now: Date,
): Promise<string> {
  return db.transaction().execute(async (trx) => {
    const { id } = await trx
      .insertInto('instructor_led_sessions')
      .values({ program_id: programId, created_by: viewer.id, created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    await insertDetails(trx, viewer, id, details, now)
    return id
  })
}

type ChangeAnswer =
  | { kind: 'done' }
  | { kind: 'refused'; field: string; message: string }
  | { kind: 'not-found' }

const refused = (field: string, message: string) => ({ kind: 'refused', field, message }) as const

/** Edits the session. The earlier announcement stays on record, and added places go to the waiting list. */
export async function changeSession(
  db: Database,
  viewer: Viewer,
  sessionId: string,
  details: LedDetails,
  now: Date,
): Promise<ChangeAnswer> {
  return inTurn(db, viewer, sessionId, async (trx, session) => {
    const refusal = changeRefusal(session, now)
    if (refusal) return refused('title', refusal)
    if (details.places < session.taken)
      return refused(
        'places',
        `${session.taken === 1 ? 'One person has' : `${session.taken} people have`} a place already. Enter at least that many places.`,
      )
    await insertDetails(trx, viewer, session.id, details, now)
    const standing = await listStanding(trx, session.id)
    const movedUp = await moveUp(trx, details.places, standing, now)
    const moved = new Set(movedUp.map(({ person_id }) => person_id))
    await tell(trx, 'place-opened', session, movedUp, now)
    await tell(
      trx,
      'session-changed',
      session,
      standing.filter(({ person_id }) => !moved.has(person_id)),
      now,
    )
    return { kind: 'done' }
  })
}

export async function cancelSession(
  db: Database,
  viewer: Viewer,
  sessionId: string,
  reason: string,
  now: Date,
): Promise<ChangeAnswer> {
  return inTurn(db, viewer, sessionId, async (trx, session) => {
    const refusal = changeRefusal(session, now)
    if (refusal) return refused('reason', refusal)
    if (reason === '') return refused('reason', 'Enter a reason. Everyone who registered sees it.')
    await trx
      .insertInto('instructor_led_session_cancellations')
      .values({ session_id: session.id, reason, cancelled_by: viewer.id, cancelled_at: now })
      .execute()
    await tell(trx, 'session-canceled', session, await listStanding(trx, session.id), now)
    return { kind: 'done' }
  })
}

type RegisterAnswer = { kind: 'done' } | { kind: 'refused'; message: string } | { kind: 'not-found' }

/** Gives a free place, or else the last spot on the waiting list. Registering twice changes nothing. */
export async function register(
  db: Database,
  viewer: Viewer,
  sessionId: string,
  now: Date,
): Promise<RegisterAnswer> {
  return inTurn(db, viewer, sessionId, async (trx, session) => {
    if (session.own) return { kind: 'done' }
    const refusal = registrationRefusal(session, now)
    if (refusal) return { kind: 'refused', message: refusal }
    const { id } = await trx
      .insertInto('instructor_led_registrations')
      .values({ session_id: session.id, person_id: viewer.id, registered_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    if (session.taken < session.places) await givePlaces(trx, [id], now)
    return { kind: 'done' }
  })
}

type WithdrawAnswer = { kind: 'done' } | { kind: 'refused'; message: string } | { kind: 'not-found' }

/** Cancels a registration. The next person on the waiting list gets the place in the same transaction. */
export async function withdraw(
  db: Database,
  viewer: Viewer,
  sessionId: string,
  now: Date,
): Promise<WithdrawAnswer> {
  return inTurn(db, viewer, sessionId, async (trx, session) => {
    const { own } = session
    if (!own) return { kind: 'done' }
    const refusal = withdrawalRefusal(session, now)
    if (refusal) return { kind: 'refused', message: refusal }
    await trx
      .insertInto('instructor_led_registration_ends')
      .values({ registration_id: own.id, ended_by: viewer.id, ended_at: now })
      .execute()
    const movedUp = await moveUp(trx, session.places, await listStanding(trx, session.id), now)
    await tell(trx, 'place-opened', session, movedUp, now)
    return { kind: 'done' }
  })
}

async function tell(
  trx: Transaction<DB>,
  kind: 'place-opened' | 'session-changed' | 'session-canceled',
  { id }: LedSession,
  people: Told,
  now: Date,
): Promise<void> {
  for (const { person_id } of people)
    await notify(trx, {
      person_id,
      kind,
      facts: { session_id: id },
      dedupe_key: `${kind} ${id} ${now.toISOString()}`,
    })
}

/** One change of a session at a time; each sees what the one before it left. */
function inTurn<Answer>(
  db: Database,
  viewer: Viewer,
  sessionId: string,
  change: (trx: Transaction<DB>, session: LedSession) => Promise<Answer>,
): Promise<Answer | { kind: 'not-found' }> {
  return db.transaction().execute(async (trx) => {
    const session = await lockLedSession(trx, viewer, sessionId)
    return session ? change(trx, session) : { kind: 'not-found' }
  })
}

/** Active registrations, with the waiting list in order. */
const listStanding = async (trx: Transaction<DB>, sessionId: string) =>
  (await listRegistrations(trx, sessionId)).filter(({ ended_at }) => ended_at === null)

async function moveUp(
  trx: Transaction<DB>,
  places: number,
  standing: readonly Registration[],
  now: Date,
): Promise<Told> {
  const taken = standing.filter(({ given_at }) => given_at !== null).length
  const moved = movingUp(
    places,
    taken,
    standing.filter(({ given_at }) => given_at === null),
  )
  await givePlaces(
    trx,
    moved.map(({ id }) => id),
    now,
  )
  return moved
}

async function givePlaces(trx: Transaction<DB>, ids: readonly number[], now: Date): Promise<void> {
  if (ids.length === 0) return
  await trx
    .insertInto('instructor_led_places')
    .values(ids.map((registration_id) => ({ registration_id, given_at: now })))
    .execute()
}

const insertDetails = (
  trx: Transaction<DB>,
  viewer: Viewer,
  session_id: string,
  details: LedDetails,
  now: Date,
) =>
  trx
    .insertInto('instructor_led_session_details')
    .values({
      ...details,
      meetings: JSON.stringify(details.meetings),
      session_id,
      recorded_by: viewer.id,
      recorded_at: now,
    })
    .execute()
