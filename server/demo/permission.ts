export type DemoPlace = Readonly<{
  isEmbedded: boolean
  isEmpty: boolean
  isDemo: boolean
  isReachable: boolean
  demo: 'auto' | 'no' | 'public'
}>

type DemoStart = { kind: 'fill' } | { kind: 'leave' } | { kind: 'refuse'; why: string }

/** Invented people only ever go where no one can take them for real ones: an empty embedded database on this machine. */
export function demoStart({ isEmbedded, isEmpty, isDemo, isReachable, demo }: DemoPlace): DemoStart {
  if (isDemo && isReachable && demo !== 'public')
    return {
      kind: 'refuse',
      why: 'This database holds the demonstration: its people, programs and passwords are invented and known to everyone. It is not served at an address that others can reach. Use an empty database for real work, or set DEMO=public to show the demonstration, read-only for every role above learner.',
    }
  if (!isDemo && demo === 'public')
    return {
      kind: 'refuse',
      why: 'DEMO=public shows the demonstration to everyone, and this database does not hold it. Leave DEMO out for real work.',
    }
  return isEmbedded && isEmpty && !isReachable && demo === 'auto' ? { kind: 'fill' } : { kind: 'leave' }
}
