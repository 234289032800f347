/** An error message for a form field. */
export type Problem = Readonly<{ field: string; message: string }>

export const ownRecordMessage = 'You can’t change your own record. Ask another administrator of this program.'

/** An employee id leads to an account that has another email, or none. */
export const otherEmail =
  'This employee ID is on record with another email, or with none. Leave the email empty, and change it on the account’s page.'

/** Says that an email is taken, and not by whom. */
export const otherName =
  'This email belongs to an account with a different name. Check the email. If it’s the same person, ask how their name is spelled on their account.'
