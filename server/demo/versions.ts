import type { Issuer } from '#server/certificates/certificates/issuing.actions.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { setChangeDay } from '#server/courses/catalogue/change-days.actions.ts'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { addDays, addMonths, dayOf } from '#server/lib/days.ts'
import { insertCompletion } from './fill.ts'

/**
 * A new version of a course as the people who finished the old one meet it: Tess completed child protection in the
 * version before, and Noor has set the day by which everyone in her place reads the lessons whose law was corrected.
 */
export async function fillDemoVersions(
  db: Database,
  catalogue: Catalogue,
  issuer: Issuer,
  now: Date,
): Promise<void> {
  const today = dayOf(now)
  const [tess, noor] = await Promise.all([
    personOf(db, 'tess@county.example'),
    personOf(db, 'noor@review.example'),
  ])
  const earlier = catalogue.courses.get('child-protection')?.published[1]
  if (earlier)
    await writeEvidence(db, (trx) => insertCompletion(trx, tess, earlier, issuer, addMonths(today, -4)))
  for (const { current } of catalogue.courses.values())
    if (current.change?.kind === 'meaning') await setChangeDay(db, noor, current, addDays(today, 45), now)
}

const personOf = (db: Database, email: string) =>
  db.selectFrom('people').select(['id', 'name']).where('email', '=', email).executeTakeFirstOrThrow()
