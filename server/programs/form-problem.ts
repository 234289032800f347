/** Why something typed can't be taken, in plain words, and the field it stands in. */
export type Problem = Readonly<{ field: string; message: string }>

export const ownRecordMessage = 'You can’t change your own record. Another administrator of this program can.'

/** An employee id leads to an account that has another email, or none. */
export const otherEmail =
  'This employee ID is on record with another email, or with none. Leave the email empty, and change it on the account’s page.'

/** Says that an email is taken, and not by whom. */
export const otherName =
  'This email belongs to an account under another name. Check the email; if it’s the same person, ask how their account writes their name.'
