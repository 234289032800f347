import {
  type AccountChange,
  type AccountState,
  accountChanges,
  accountState,
  changesFrom,
  stateWords,
} from '#server/people/account-state.ts'
import type { Account, AccountInReach } from './accounts.queries.ts'
import type { Merge } from './merges.queries.ts'
import { canReverse } from './merging.ts'

type Entry = Readonly<{ at: Date; who: string | null; kind: string; facts: Record<string, unknown> }>

/** One account, for the administrator who looks after it. */
export function accountPage(
  { account, canChange, isOwn }: AccountInReach,
  history: readonly Entry[],
  merges: readonly Merge[],
  now: Date,
) {
  const state = accountState(account)
  return {
    title: account.name,
    account,
    isOwn,
    canChange,
    state: stateOf(account),
    canRecover: canChange && state === 'active',
    changes: canChange ? changesFrom(state).map((kind) => ({ kind, label: accountChanges[kind].label })) : [],
    merges: merges.map((merge) => ({
      ...merge,
      canReverse: canChange && merge.kept_id === account.id && canReverse(merge.merged_at, now),
    })),
    history: history.map((entry) => ({ ...entry, what: whatOf(entry) })),
  }
}

export const stateOf = (account: Account): Readonly<{ word: string; tone: string; words: string }> => {
  const state = accountState(account)
  return { word: state, tone: tones[state], words: stateWords[state] }
}

const tones: Readonly<Record<AccountState, string>> = {
  invited: 'quiet',
  active: 'good',
  suspended: 'caution',
  closed: 'stop',
  merged: 'quiet',
}

const leads: Readonly<Record<AccountChange, string>> = {
  suspension:
    'They are signed out at once and can’t sign in until someone reopens the account. Their records stay.',
  closing:
    'They are signed out at once, can’t sign in, and their roles end. Their trainings, certificates and history stay.',
  reopening:
    'They can sign in again with the password they had. Roles that ended with the account stay ended.',
}

export const changePage = (account: Account, kind: AccountChange, reason: string) => ({
  title: `${accountChanges[kind].label} of ${account.name}`,
  account,
  button: accountChanges[kind].label,
  lead: leads[kind],
  reason,
})

function whatOf({ kind, facts }: Entry): string {
  if (kind === 'role-granted') return `Role given: ${facts.role}`
  if (kind === 'accounts-merged') return 'Merged with another account of the same person'
  if (kind === 'accounts-separated') return 'The merge was reversed'
  if (kind === 'role-ended') return `Role ended: ${facts.role}`
  switch (facts.change) {
    case 'name':
      return `Name changed from ${facts.from} to ${facts.to}`
    case 'email':
      return `Email changed from ${facts.from ?? 'none'} to ${facts.to}`
    case 'email-requested':
      return `Asked for another email: ${facts.to}`
    case 'confidentiality':
      return facts.to ? 'Made confidential' : 'No longer confidential'
    default:
      return changeWords[String(facts.change)] ?? 'Changed'
  }
}

const changeWords: Readonly<Record<string, string>> = {
  suspension: 'Suspended',
  closing: 'Closed',
  reopening: 'Reopened',
  'single-sign-on-linked': 'Single sign-on linked',
  password: 'Password changed',
  'password-set': 'Password set with a link',
  'paper-code-made': 'One-time code made',
  'paper-code-confirmed': 'One-time code confirmed',
  'paper-code-refused': 'One-time code ended by the second person',
  'paper-code-used': 'One-time code used',
  'passkey-added': 'Passkey added',
  'passkey-removed': 'Passkey removed',
  'authenticator-added': 'Authenticator app added',
  'authenticator-removed': 'Authenticator app removed',
  'recovery-codes-made': 'Recovery codes made',
}
