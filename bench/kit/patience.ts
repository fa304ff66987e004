/** How long something is waited for that a busy machine may take its time with. */
export const patienceMs = 20 * 60_000;
