import { sql } from 'kysely'

/** Joins to a review `r` its program `g`, the license holder `h` and the program's latest details `d`. */
export const programOfReview = sql`
  join programs g on g.id = r.program_id
  join license_holders h on h.id = g.holder_id
  left join lateral (
    select d.name, d.license_number, d.license_type from program_details d
    where d.program_id = g.id and d.superseded_at is null order by d.from_on desc limit 1
  ) d on true`
