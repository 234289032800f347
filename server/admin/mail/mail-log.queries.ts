import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/** How the log can be narrowed: each is a state of delivery that someone may look for. */
export const mailStates = {
  waiting: 'Waiting',
  sent: 'Sent',
  failed: 'Failed or stopped',
  unsent: 'Not sent on purpose',
} as const

export type MailState = keyof typeof mailStates

export type MailLine = Readonly<{
  /** 'n' and a notice's id, or 'd' and the number of a direct email. */
  key: string
  at: Date
  name: string | null
  address: string | null
  /** A notice's kind; null for direct email, which has a subject. */
  kind: string | null
  subject: string | null
  state: string
  group: MailState
  attempts: number
  error: string | null
  sent_at: Date | null
}>

type Asked = Readonly<{ search: string; state: MailState | null; below: string | null; size: number }>

/** Every email of notices, and those sent directly, the newest first, from below one on; in one statement. */
export async function listMail(
  db: Kysely<DB>,
  { search, state, below, size }: Asked,
): Promise<readonly MailLine[]> {
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  const isAfter = (at: string, key: RawBuilder<unknown>) => sql`(${below}::text is null
    or (${sql.ref(at)} <= (select at from edge) and (${sql.ref(at)} < (select at from edge) or ${key} < ${below})))`
  const { rows } = await sql<MailLine>`
    with edge as (
      select created_at as at from notices where ${below}::text like 'n%' and id::text = substr(${below}, 2)
      union all
      select at from direct_emails where ${below}::text like 'd%' and id::text = substr(${below}, 2))
    select * from (
      (select 'n' || n.id as key, n.created_at as at, p.name, coalesce(e.sent_to, p.email) as address, n.kind,
        null as subject, e.state, g.group, e.attempts, e.last_error as error, e.sent_at
      from notices n join notice_emails e on e.notice_id = n.id join people p on p.id = n.person_id
      cross join lateral (select case
        when e.state in ('sent', 'summarized') then 'sent'
        when e.state in ('stopped', 'not-set-up', 'no-address') or (e.state = 'queued' and e.attempts > 0) then 'failed'
        when e.state in ('queued', 'summary') then 'waiting' else 'unsent' end as "group") g
      where (${state}::text is null or g.group = ${state})
        and (${search === ''} or p.name ilike ${like} or coalesce(e.sent_to, p.email) ilike ${like})
        and ${isAfter('n.created_at', sql`'n' || n.id`)}
      order by n.created_at desc, n.id desc limit ${size})
      union all
      (select 'd' || d.id, d.at, null, d.address, null, d.subject, d.state, g.group, d.attempts, d.error,
        case when d.state = 'sent' then d.at end
      from direct_emails d
      cross join lateral (select case when d.state = 'sent' then 'sent'
        when d.state = 'queued' and d.attempts = 0 then 'waiting' else 'failed' end as "group") g
      where (${state}::text is null or g.group = ${state})
        and (${search === ''} or d.address ilike ${like})
        and ${isAfter('d.at', sql`'d' || d.id`)}
      order by d.at desc, d.id desc limit ${size})) m
    order by at desc, key desc limit ${size}`.execute(db)
  return rows
}

export type MailHealth = Readonly<{
  waiting: number
  failing: number
  oldest_at: Date | null
  stopped: number
}>

/** What waits since an attempt failed, and how many addresses refuse mail. */
export async function findMailHealth(db: Kysely<DB>): Promise<MailHealth> {
  const { rows } = await sql<MailHealth>`
    select count(*)::int as waiting, count(*) filter (where attempts > 0)::int as failing,
      min(at) filter (where attempts > 0) as oldest_at,
      (select count(*) from stopped_addresses)::int as stopped
    from (
      select e.attempts, n.created_at as at from notice_emails e join notices n on n.id = e.notice_id where e.state = 'queued'
      union all select attempts, at from direct_emails where state = 'queued') waiting`.execute(db)
  return rows[0]!
}
