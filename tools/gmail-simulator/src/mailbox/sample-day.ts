import { openJournal } from './journal.ts';

/**
 * The day of the sample's newest message: the last midnight, so that the inbox looks fresh; with a state
 * file always the day of its first start, so that the same messages come back after a restart.
 */
export function sampleDay(statePath: string | undefined): Date {
  const journal = openJournal(statePath);
  const kept = journal.entries.find((entry) => entry.type === 'sample');
  if (kept) return new Date(kept.day);
  const day = new Date(new Date().setUTCHours(0, 0, 0, 0));
  journal.append({ type: 'sample', day: day.toISOString() });
  return day;
}
