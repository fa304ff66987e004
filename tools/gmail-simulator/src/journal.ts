// What happened to the mailboxes since they were loaded, as lines of JSON. Replayed on the same mail
// it gives the same ids and history, so that a product that was in step still is after a restart.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Change } from './gmail-api.ts';

export type Entry =
  | { type: 'key'; key: string }
  | { type: 'revoked'; grant: string }
  | ({ type: 'change' } & Change)
  | { type: 'delivered'; email: string; raw: string; labelIds: string[]; at: number };

export interface Journal {
  entries: Entry[];
  append(entry: Entry): void;
}

export function openJournal(path: string | undefined): Journal {
  if (path === undefined) return { entries: [], append: () => undefined };
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  const entries = lines.flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Entry];
    } catch {
      // The last line of a process that was killed; what it said was never answered.
      return [];
    }
  });
  return { entries, append: (entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`) };
}
