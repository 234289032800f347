/** How many days before its due date a requirement is "due soon". A choice of this system. */
export const dueSoonDays = 60
