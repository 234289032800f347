import type { CertificateRow } from '#server/certificates/certificates/queries.ts'
import type { Offered } from '#server/courses/catalogue/offered.ts'
import type { Day } from '#server/lib/days.ts'
import { isInForce } from '#server/oversight/team/exports/certificates-zip.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import type { RosterRecord } from '#server/programs/roster/employment/roster-record.ts'

type ActionLink = Readonly<{ label: string; href: string; note: string }>

/** What a viewer can do about a person, all in one place. No one does anything about their own record. */
export function personActions(
  viewer: Readonly<{ id: string }>,
  person: Readonly<{ id: string }>,
  rosters: readonly RosterRecord[],
  certificates: readonly CertificateRow[],
  { catalogue }: Offered,
  today: Day,
) {
  const isOwn = viewer.id === person.id
  const several = rosters.filter(({ works }) => works.some(({ hasEnded }) => !hasEnded)).length > 1
  const valid = certificates.filter(isInForce)
  const [latest] = valid
  const base = `/team/${person.id}`
  const links: ActionLink[] = isOwn
    ? []
    : [
        ...rosters.flatMap((roster) => leaveLinks(roster, several, today)),
        {
          label: 'Record outside training',
          href: `/training/elsewhere/new?person=${person.id}`,
          note: '',
        },
      ]
  if (latest)
    links.push({
      label: 'Open certificate',
      href: `${base}/certificates/${latest.number}.pdf`,
      note: latest.number,
    })
  if (valid.length > 1)
    links.push({
      label: `Download all ${valid.length} certificates`,
      href: `${base}/certificates.zip`,
      note: 'One ZIP file, for the personnel file',
    })
  return {
    isOwn,
    links: [...links, ...(isOwn ? [] : rosters.flatMap((roster) => workLinks(roster, several)))],
    courses: isOwn
      ? []
      : [...catalogue.courses.values()].map(({ slug, current }) => ({
          value: slug,
          label: current.shortTitle,
        })),
  }
}

/** Recording leave, or the return from it, for each employment that goes on. */
function leaveLinks({ program, works, may }: RosterRecord, several: boolean, today: Day) {
  if (!may.leave) return []
  return works
    .filter(({ hasEnded }) => !hasEnded)
    .map((work): ActionLink => {
      const open = work.leave.find((period) => period.to_on === null && includesDay(period, today))
      return open
        ? {
            label: 'Record return from leave',
            href: `/programs/${program.id}/leave/${open.period_id}/end`,
            note: several ? program.name : '',
          }
        : { label: 'Record leave', href: `${work.address}/leave`, note: several ? program.name : '' }
    })
}

function workLinks({ program, works, may }: RosterRecord, several: boolean): readonly ActionLink[] {
  if (!may.everything) return []
  const note = several ? program.name : ''
  return works
    .filter(({ goesOn }) => goesOn)
    .flatMap((work) => [
      { label: 'Change role or dates', href: `${work.address}/correction`, note },
      { label: 'Record last day of work', href: `${work.address}/separation`, note },
    ])
}
