import { type RawBuilder, sql } from 'kysely'
import { dayAt } from './as-of.ts'

/**
 * THE RULE for the email that a program sees of a person `p`: today's while they work there or will, and after that the
 * one that they had on their last day. `isHere` says of an assignment `here` whether it is at the program.
 */
export const emailSeen = (isHere: RawBuilder<unknown>): RawBuilder<string | null> => sql`
  case when p.id in (select moved.person_id from email_changes moved where moved.confirmed_at is not null) then (
    select case when later.id is null then coalesce(p.email, p.asked_email) else later.from_email end
    from (
      select max(coalesce(here.separated_on, 'infinity')) as last_on from assignments here
      where here.person_id = p.id and here.superseded_at is null and ${isHere}) work
    left join lateral (
      select changed.id, changed.from_email from email_changes changed
      where changed.person_id = p.id and changed.confirmed_at is not null
        and ${dayAt(sql`changed.confirmed_at`)} > work.last_on
      order by changed.confirmed_at limit 1) later on true)
  else coalesce(p.email, p.asked_email) end`
