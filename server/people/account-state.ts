/** Where an account is in its life. An invited person has not signed in yet. */
export type AccountState = 'invited' | 'active' | 'suspended' | 'closed' | 'merged'

type AccountFacts = Readonly<{
  disabled_at: Date | null
  closed_at: Date | null
  merged_into: string | null
  has_password: boolean
}>

export function accountState({
  disabled_at,
  closed_at,
  merged_into,
  has_password,
}: AccountFacts): AccountState {
  if (merged_into) return 'merged'
  if (closed_at) return 'closed'
  if (disabled_at) return 'suspended'
  return has_password ? 'active' : 'invited'
}

export const stateWords: Readonly<Record<AccountState, string>> = {
  invited: 'Invited, has not signed in yet',
  active: 'Active',
  suspended: 'Suspended: can’t sign in',
  closed: 'Closed: can’t sign in',
  merged: 'Merged into another account of the same person',
}

/** What an administrator can do with an account. */
export const accountChanges = {
  suspension: { to: 'suspended', label: 'Suspend the account', from: ['invited', 'active'] },
  closing: { to: 'closed', label: 'Close the account', from: ['invited', 'active', 'suspended'] },
  reopening: { to: 'active', label: 'Reopen the account', from: ['suspended', 'closed'] },
} as const satisfies Record<
  string,
  Readonly<{ to: 'suspended' | 'closed' | 'active'; label: string; from: readonly AccountState[] }>
>

export type AccountChange = keyof typeof accountChanges

export const changesFrom = (state: AccountState): readonly AccountChange[] =>
  (Object.keys(accountChanges) as AccountChange[]).filter((change) =>
    (accountChanges[change].from as readonly AccountState[]).includes(state),
  )
