import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { connect } from '#server/db/connection.ts'
import { sql } from 'kysely'
const pg = await startEmbeddedPostgres('/tmp/speed-million', {durable:false})
for (const w of ['few','many']) { const { db } = connect(pg.url.replace(/[^/]+$/, w), 2)
console.time(w)
await sql`drop index people_email_parts, people_name_parts`.execute(db)
await sql`update people set password_hash = 'none' where password_hash is null`.execute(db)
await sql.raw(`create index people_name_parts on people using gin (name gin_trgm_ops);
        create index people_email_parts on people using gin (email gin_trgm_ops);
    create index roles_person_ever on roles (person_id);
    create index program_details_ever on program_details (program_id);
    create index license_statuses_ever on license_statuses (program_id);
    create index certifications_ever on certifications (program_id);
    create index people_without_password on people (id) where password_hash is null and disabled_at is null;`).execute(db)
await sql`vacuum analyze people`.execute(db)
console.timeEnd(w)
await db.destroy() }
await pg.stop()
