/** An error message for a form field. */
export type Problem = Readonly<{ field: string; message: string }>

export const ownRecordMessage = 'You can’t change your own record. Ask another administrator of this program.'

/** Says that the email is taken without revealing whose it is. */
export const otherName =
  'This email belongs to an account with a different name. Check the email. If it’s the same person, ask how their name is spelled on their account.'
