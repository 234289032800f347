/** Misses that cost nothing: fingers slip. An address serves a whole house, so it has more. */
const free = { account: 10, address: 50 }
const mostAnHour = { account: 100, address: 300 }

export type Misses = Readonly<{ kind: 'account' | 'address'; misses: number; last_at: Date }>

/** Seconds to wait before the next try, doubling with each miss past the free ones, up to a quarter of an hour. */
export function secondsToWait(counted: readonly Misses[], now: Date): number {
  return Math.max(0, ...counted.map((one) => waitOf(one, now)))
}

function waitOf({ kind, misses, last_at }: Misses, now: Date): number {
  if (misses < free[kind]) return 0
  const delay = misses >= mostAnHour[kind] ? 3600 : Math.min(900, 2 ** (misses - free[kind]))
  return Math.ceil((last_at.getTime() + delay * 1000 - now.getTime()) / 1000)
}
