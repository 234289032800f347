import { isShort } from '#server/law/reasons/finding.ts'
import type { ClearanceVerdict } from './clearance-reasons.ts'

/** Everything that can keep someone from direct contact, in the order in which it is asked. */
const clearanceCauses = [
  'records-conflict',
  'not-on-roster',
  'on-leave',
  'missing-fact',
  'initial-training',
  'annual-training',
] as const

export type ClearanceCause = (typeof clearanceCauses)[number]

/** The first thing that keeps someone from direct contact, so that people can be counted once. Null for “yes.” */
export function clearanceCause({ answer, situation, findings }: ClearanceVerdict): ClearanceCause | null {
  if (answer === 'yes') return null
  if (situation.conflicts.length > 0) return 'records-conflict'
  if (situation.roster === 'off') return 'not-on-roster'
  if (situation.onLeave) return 'on-leave'
  const short = findings.find(isShort)
  if (answer === 'unknown' || !short) return 'missing-fact'
  return short.requirement === 'residential-annual' ? 'annual-training' : 'initial-training'
}
