import type { AccountNews } from '#server/people/account-news.ts'
import type { Kind } from './wording.ts'

/** Notices about the account itself. */
export type AccountFacts = Readonly<{
  'set-password': { purpose: 'invite' | 'reset' }
  'sign-in-changed': { what: AccountNews; by: string | null }
}>

export const accountKinds: { [K in keyof AccountFacts]: Kind<AccountFacts[K]> } = {
  'set-password': {
    isOptional: false,
    isUrgent: true,
    words: ({ purpose }) => ({
      subject: purpose === 'invite' ? 'Your new account' : 'Set a new password',
      email:
        purpose === 'invite'
          ? [
              'You have an account for your work training. Choose a password within 7 days.',
              'The link works once. If you did not expect this message, you can ignore it.',
            ]
          : [
              'You or your administrator asked to set a new password for this email. The link works once, within a day.',
              'If it wasn’t you, nothing has changed, and you can ignore this message.',
            ],
      inbox: 'You were sent a link to set your password.',
      action: { label: 'Set your password', path: '/account' },
    }),
  },
  'sign-in-changed': {
    isOptional: false,
    isUrgent: true,
    words: ({ what, by }) => ({
      subject: 'A change to your work training account',
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
}
