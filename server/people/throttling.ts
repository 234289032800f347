/** FailedAttempts that cost nothing: fingers slip. An address serves a whole house, so it has more. */
const free = { account: 10, address: 50 }
const mostAnHour = { account: 100, address: 300 }

export type FailedAttempts = Readonly<{ kind: 'account' | 'address'; failures: number; last_at: Date }>

/** Seconds to wait before the next try, doubling with each miss past the free ones, up to a quarter of an hour. */
export function secondsToWait(counted: readonly FailedAttempts[], now: Date): number {
  return Math.max(0, ...counted.map((one) => waitOf(one, now)))
}

function waitOf({ kind, failures, last_at }: FailedAttempts, now: Date): number {
  if (failures < free[kind]) return 0
  const delay = failures >= mostAnHour[kind] ? 3600 : Math.min(900, 2 ** (failures - free[kind]))
  return Math.ceil((last_at.getTime() + delay * 1000 - now.getTime()) / 1000)
}
