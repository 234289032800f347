import { expect, test } from 'vitest'
import { demoCast, trainedOn } from '#server/demo/cast.ts'
import { demoStaff } from '#server/demo/staff.ts'
import { dueSoonDays } from '#server/law/reasons/due-soon.ts'
import { annualDue } from '#server/law/residential/training-validity.ts'
import { addDays, daysBetween } from '#server/lib/days.ts'

test.each(['Mai Vang', 'Dale Brenner'])(
  '%s is due soon on any day on which a demonstration begins',
  (name) => {
    const { work } = [...demoCast, ...demoStaff].find((one) => one.name === name)!
    const last = work!.retakenMonthsAgo?.at(-1) ?? work!.completedMonthsAgo!
    const days = Array.from({ length: 1500 }, (_, at) => addDays('2026-12-01', at))
    const left = days.map((today) => daysBetween(today, annualDue(trainedOn(today, work!, last))))
    expect(Math.min(...left)).toBeGreaterThan(20)
    expect(Math.max(...left)).toBeLessThanOrEqual(dueSoonDays)
  },
)
