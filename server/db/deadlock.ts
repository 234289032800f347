let count = 0

/** How many transactions of this process PostgreSQL rolled back to end a deadlock, and that then ran again. */
export const deadlocks = (): number => count

/**
 * Runs a transaction once more if PostgreSQL chose it to end a deadlock: nothing of it was saved, and the other one has
 * its locks by then. This version's actions take their locks in one order. The version before may take another while it
 * still serves, and so may someone at a database prompt.
 */
export async function againAfterDeadlock<T>(transaction: () => Promise<T>): Promise<T> {
  try {
    return await transaction()
  } catch (error) {
    if ((error as { code?: string }).code !== '40P01') throw error
    count++
    return transaction()
  }
}
