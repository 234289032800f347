/** “March 31, 2027” as 3/31/2027, so that each person of the roster, and each late entry, fits on a line. */
export const inNumbers = (words: string): string =>
  words.replaceAll(
    /\b([A-Z][a-z]+) (\d{1,2}), (\d{4})\b/g,
    (whole, month: string, day: string, year: string) =>
      months.includes(month) ? `${months.indexOf(month) + 1}/${day}/${year}` : whole,
  )

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
]
