/** Filled by jest's global setup, emptied by its teardown; both run in jest's own process. */
export const serversOfThisRun: { stop(): Promise<void> }[] = [];
