import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { daysOfWatch, endingPeriods } from '#server/oversight/licensing/endings.queries.ts'
import { openEvidence } from '#server/oversight/reviews/evidence.queries.ts'
import { joinPerson } from '#server/people/accounts-of.queries.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { worksOn } from '#server/programs/as-of.ts'

export type WaitingKind =
  | 'contact-not-cleared'
  | 'outside-training'
  | 'own-training'
  | 'second-person'
  | 'finding-to-answer'
  | 'evidence-to-send'
  | 'import-to-save'
  | 'records-conflict'
  | 'unprintable-name'
  | 'cannot-sign-in'
  | 'stopped-address'
  | 'request-to-confirm'
  | 'answer-to-read'
  | 'evidence-to-read'
  | 'evidence-late'
  | 'follow-up'
  | 'license-ending'
  | 'refused-certificate'
  | 'approval-to-confirm'
  | 'changed-fact'
  | 'mistake'
  | 'comment-assigned'
  | 'comment'
  | 'office-second-person'
  | 'failed-job'
  | 'office-cannot-sign-in'
  | 'office-stopped-address'

export type WaitingCount = Readonly<{
  kind: WaitingKind
  count: number
  /** Of the one to handle first: its id, and what else its address needs. */
  first: Readonly<Record<string, string>> | null
}>

/** What waits for a viewer in each of their roles, in one statement: how many, and which one comes first. */
export async function listWaiting(
  db: Kysely<DB>,
  viewer: Viewer,
  today: Day,
): Promise<readonly WaitingCount[]> {
  const parts = [
    ...(viewer.supervised_program_ids.length > 0 ? supervisorParts(viewer, today) : []),
    ...(viewer.administered_program_ids.length > 0 ? administratorParts(viewer, today) : []),
    ...(hasRole(viewer, 'licensing') ? licensingParts(viewer, today) : []),
    ...(hasRole(viewer, 'reviewer') ? reviewerParts(viewer) : []),
    ...(hasRole(viewer, 'system_admin') ? officeParts(viewer) : []),
  ]
  if (parts.length === 0) return []
  const { rows } = await sql<WaitingCount>`
    select kind, count, first from (${sql.join(parts, sql` union all `)}) waiting where count > 0`.execute(db)
  return rows
}

/** Counts the rows of a query with an `at` to order by and a `first` to lead to. */
const counted = (kind: WaitingKind, rows: RawBuilder<unknown>) => sql`
  select ${kind}::text as kind, count(*)::int as count, (array_agg(first order by at))[1] as first from (${rows}) one`

const any = (ids: readonly string[]) => sql`any(${[...ids]}::uuid[])`

function supervisorParts({ supervised_program_ids }: Viewer, today: Day) {
  const theirs = any(supervised_program_ids)
  return [
    counted(
      'contact-not-cleared',
      sql`select c.until_on as at, jsonb_build_object('id', c.person_id) as first from clearances c
        where c.program_id = ${theirs} and c.contact = 'in' and c.answer = 'no'`,
    ),
    counted(
      'stopped-address',
      sql`select s.stopped_at as at, null::jsonb as first from stopped_addresses s join people p on p.email = s.email
        where exists (select from assignments a where a.person_id = p.id and a.program_id = ${theirs} and ${worksOn('a', today)}
          and a.superseded_at is null)`,
    ),
  ]
}

function administratorParts({ id, administered_program_ids }: Viewer, today: Day) {
  const theirs = any(administered_program_ids)
  return [
    counted(
      'outside-training',
      sql`select o.recorded_at as at, jsonb_build_object('id', o.id) as first from outside_trainings o ${joinPerson('o.person_id')}
        where o.superseded_at is null and o.recorded_by <> ${id} and p.id <> ${id} and exists (
          select from assignments a where a.person_id = p.id and a.superseded_at is null and a.program_id = ${theirs}
            and not exists (select from training_decisions d where d.outside_training_id = o.id
              and d.superseded_at is null and d.program_id = a.program_id))`,
    ),
    counted(
      'own-training',
      sql`select s.submitted_at as at, jsonb_build_object('id', s.id) as first
        from program_training_submissions s ${joinPerson('s.person_id')}
        where s.program_id = ${theirs} and p.id <> ${id}
          and not exists (select from program_training_submission_ends e where e.submission_id = s.id)`,
    ),
    counted(
      'second-person',
      sql`select q.requested_at as at, null::jsonb as first from second_person_requests q
        where q.outcome is null and q.requested_by <> ${id} and q.person_id is distinct from ${id}::uuid
          and (q.program_id = ${theirs} or q.holder_id in (select g.holder_id from programs g where g.id = ${theirs}))`,
    ),
    counted(
      'finding-to-answer',
      sql`select ${findingSince} as at, jsonb_build_object('id', f.id) as first
        from current_findings f join reviews r on r.id = f.review_id ${lastStep}
        where r.program_id = ${theirs} and last.act in ('sent', 'reopened', 'corrected') and not ${isAnswered}`,
    ),
    counted(
      'evidence-to-send',
      sql`select e.due_on as at, jsonb_build_object('id', e.id) as first from ${openEvidence} e
        where e.program_id = ${theirs} and not e.is_answered`,
    ),
    counted(
      'import-to-save',
      sql`select i.created_at as at, jsonb_build_object('id', i.id, 'program', i.program_id) as first from roster_imports i
        where i.program_id = ${theirs} and i.state in ('checked', 'changed-meanwhile')
          and i.created_at > ${today}::date - 14
          and not exists (select from roster_imports n where n.program_id = i.program_id and n.created_at > i.created_at)`,
    ),
    counted(
      'records-conflict',
      sql`select min(s.due_on) as at, jsonb_build_object('id', s.person_id) as first from standings s
        where s.program_id = ${theirs} and s.standing = 'unknown' and s.rule = 'R17' group by s.person_id`,
    ),
    counted(
      'unprintable-name',
      sql`select r.refused_at as at, jsonb_build_object('id', p.id) as first ${refusals} and p.id <> ${id}
        and exists (select from assignments a where a.person_id = p.id and a.superseded_at is null
          and a.program_id = ${theirs})`,
    ),
    counted(
      'cannot-sign-in',
      sql`select min(a.hired_on) as at, jsonb_build_object('program', (array_agg(a.program_id))[1]) as first
        from assignments a join people p on p.id = a.person_id
        where a.program_id = ${theirs} and a.superseded_at is null and ${worksOn('a', today)} and ${hasNoWayIn}
        group by p.id`,
    ),
  ]
}

function licensingParts({ id }: Viewer, today: Day) {
  return [
    counted(
      'request-to-confirm',
      sql`select q.requested_at as at, jsonb_build_object('id', q.id) as first
        from certificate_requests q join certificates c on c.id = q.certificate_id ${joinPerson('c.person_id')}
        where q.requested_by <> ${id} and p.id <> ${id}
          and not exists (select from certificate_request_ends e where e.request_id = q.id)`,
    ),
    counted(
      'answer-to-read',
      sql`select ${findingSince} as at, jsonb_build_object('id', f.id) as first
        from current_findings f join reviews r on r.id = f.review_id ${lastStep}
        where ${id} in (f.written_by, r.opened_by) and last.act in ('sent', 'reopened', 'corrected') and ${isAnswered}`,
    ),
    counted(
      'evidence-to-read',
      sql`select e.written_at as at, jsonb_build_object('id', e.id) as first from ${openEvidence} e
        where ${id} in (e.requested_by, e.opened_by) and e.is_answered`,
    ),
    counted(
      'evidence-late',
      sql`select e.due_on as at, jsonb_build_object('id', e.id) as first from ${openEvidence} e
        where ${id} in (e.requested_by, e.opened_by) and not e.is_answered and e.due_on < ${today}::date`,
    ),
    counted(
      'follow-up',
      sql`select d.on as at, jsonb_build_object('id', f.id) as first
        from current_findings f join reviews r on r.id = f.review_id ${lastStep}
        join lateral (select coalesce((select s.follow_up_on from review_finding_steps s
          where s.finding_id = f.id and s.follow_up_on is not null order by s.id desc limit 1), f.follow_up_on) as on) d
          on d.on <= ${today}
        where ${id} in (f.written_by, r.opened_by) and last.act in ('sent', 'reopened', 'corrected') and not ${isAnswered}`,
    ),
    counted(
      'license-ending',
      sql`select e.to_on as at, null::jsonb as first from ${endingPeriods(today, daysOfWatch)} e`,
    ),
    counted('refused-certificate', sql`select r.refused_at as at, null::jsonb as first ${refusals}`),
  ]
}

const reviewerParts = ({ id }: Viewer) => [
  counted(
    'approval-to-confirm',
    sql`select a.recorded_at as at, jsonb_build_object('course', a.course, 'version', a.version) as first
      from course_approvals a where a.recorded_by is distinct from ${id}::uuid and not a.is_demonstration
        and not exists (select from course_approval_decisions d where d.approval_id = a.id)`,
  ),
  counted(
    'changed-fact',
    // Each flag that no one has answered, and each mark that flags nothing.
    sql`select c.marked_at as at, jsonb_build_object('key', c.key, 'change', c.id) as first from open_changed_facts c
      left join changed_fact_flags f on f.changed_fact_id = c.id
        and not exists (select from changed_fact_flag_answers a where a.flag_id = f.id)`,
  ),
  counted(
    'mistake',
    sql`select m.reported_on as at, null::jsonb as first from lesson_mistakes m
      where not exists (select from lesson_mistake_answers a where a.mistake_id = m.id)`,
  ),
  counted(
    'comment-assigned',
    sql`select t.first_at as at, jsonb_build_object('id', t.id) as first
      from course_comment_threads t where t.assigned_to = ${id} and not t.is_resolved`,
  ),
  counted(
    'comment',
    // Only one person has spoken, it wasn't the viewer, and no one was asked to answer.
    sql`select t.first_at as at, jsonb_build_object('id', t.id) as first
      from course_comment_threads t where t.assigned_to is null and not t.is_resolved
        and cardinality(t.writers) = 1 and t.writers[1] <> ${id}`,
  ),
]

const officeParts = ({ id }: Viewer) => [
  counted(
    'office-second-person',
    sql`select q.requested_at as at, null::jsonb as first from second_person_requests q
      where q.outcome is null and q.requested_by <> ${id} and q.person_id is distinct from ${id}::uuid
        and q.program_id is null and q.holder_id is null`,
  ),
  counted(
    'failed-job',
    sql`select j.completed_on as at, null::jsonb as first from pgboss.job j
      where j.state = 'failed' and j.completed_on > now() - interval '1 day' and j.name <> 'send-email'`,
  ),
  counted(
    'office-cannot-sign-in',
    sql`select min(r.granted_at) as at, null::jsonb as first from roles r join people p on p.id = r.person_id
      where r.ended_at is null and ${hasNoWayIn} group by p.id`,
  ),
  counted(
    'office-stopped-address',
    sql`select s.stopped_at as at, null::jsonb as first from stopped_addresses s join people p on p.email = s.email`,
  ),
]

const lastStep = sql`
  join lateral (select s.act, s.acted_at from review_finding_steps s where s.finding_id = f.id and s.act <> 'follow-up-moved'
    order by s.id desc limit 1) last on true`

const isAnswered = sql`exists (
  select from review_answers a where a.finding_id = f.id and a.answered_at >= last.acted_at)`

const findingSince = sql`last.acted_at`

/** Completions without a certificate because a name can't be printed. */
const refusals = sql`
  from certificate_refusals r join completions c on c.id = r.completion_id ${joinPerson('c.person_id')}
  where not exists (select from certificates i where i.completion_id = r.completion_id)
    and not exists (select from completion_voids v where v.completion_id = r.completion_id)`

/** No password, passkey or single sign-on, and no link that would set one. */
const hasNoWayIn = sql`p.disabled_at is null and p.password_hash is null
  and not exists (select from passkeys k where k.person_id = p.id)
  and not exists (select from sign_in_subjects s where s.person_id = p.id)
  and not exists (select from invitations i where i.person_id = p.id and i.used_at is null and i.expires_at > now())`
