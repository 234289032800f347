/** Why something typed can't be taken, in plain words, and the field it stands in. */
export type Problem = Readonly<{ field: string; message: string }>
