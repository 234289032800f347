import type { AccountNews } from '#server/people/account-news.ts'
import type { Kind } from './wording.ts'

/** Notices about the account itself. */
export type AccountFacts = Readonly<{
  'sign-in-changed': { what: AccountNews; by: string | null }
}>

export const accountKinds: { [K in keyof AccountFacts]: Kind<AccountFacts[K]> } = {
  'sign-in-changed': {
    isOptional: false,
    isUrgent: true,
    words: ({ what, by }) => ({
      subject: 'A change to your account',
      email: [
        accountNews[what]('Your administrator'),
        'If you didn’t expect this, tell your administrator now, and change your password.',
      ],
      inbox: `${accountNews[what](by ?? 'Your administrator')} If you didn’t expect this, tell another administrator, and change your password.`,
      action: { label: 'Open your account', path: '/account' },
    }),
  },
}

const accountNews: Readonly<Record<AccountNews, (by: string) => string>> = {
  'code-made': (by) =>
    `${by} made a one-time code on paper with which you can set a new password. It works once a second person confirms that you have it.`,
  'code-confirmed': (by) => `${by} confirmed that you have the one-time code on paper.`,
  'code-used': () => 'A one-time code on paper was used to open your account.',
  'password-set': () => 'Your password was set with a link.',
  'email-requested': (by) => `${by} asked to change your email. It changes when you confirm it.`,
  'provider-linked': () => 'Your account was linked to single sign-on.',
  'accounts-merged': (by) =>
    `${by} merged another account of yours into this one. Its trainings, certificates, and work are here now.`,
  'accounts-separated': (by) =>
    `${by} reversed the merge of two accounts. Each has again what it had, and its own way to sign in.`,
}
