/** What is wrong with a fact, and where: `assignments[0].hired_on: "2024-13-01" is not a day`. */
export type Problem = { readonly path: string; readonly message: string }

export function problemLine({ path, message }: Problem): string {
  return path === '' ? message : `${path}: ${message}`
}
