/** Why two accounts can't act as two people. */
export type TwoPeopleProblem =
  | 'same-account'
  | 'same-employee-id'
  | 'same-sign-on'
  | 'same-device'
  | 'account-too-new'
  | 'account-made'

/** The same person under another account, as far as anything on record says so. */
export const isOneself = (problem: TwoPeopleProblem | null): boolean =>
  problem === 'same-account' || problem === 'same-employee-id' || problem === 'same-sign-on'

/** To the person who wants to be the second one. */
export const twoPeopleWords: Readonly<Record<TwoPeopleProblem, (other: string) => string>> = {
  'same-account': () => 'You asked for this yourself, so someone else has to decide.',
  'same-employee-id': (other) =>
    `Your account and ${other}’s have the same employee ID, so they count as one person.`,
  'same-sign-on': (other) =>
    `Your account and ${other}’s belong to the same single sign-on account, so they count as one person.`,
  'same-device': (other) =>
    `You and ${other} signed in on the same device within a day, so someone else has to decide.`,
  'account-too-new': () => 'Your account is newer than this request, so someone else has to decide.',
  'account-made': (other) =>
    `One of you and ${other} invited the other, or made their account or a link to it, in the last 30 days. Someone else has to decide.`,
}

/** The same, as a review says it of two others. */
export const patternWords: Readonly<Record<TwoPeopleProblem, string>> = {
  'same-account': 'The same account',
  'same-employee-id': 'Two accounts with the same employee ID',
  'same-sign-on': 'Two accounts of the same single sign-on account',
  'same-device': 'Both signed in on the same device within a day',
  'account-too-new': 'The second account was made after the request',
  'account-made': 'One invited the other, or made their account or a link to it',
}
