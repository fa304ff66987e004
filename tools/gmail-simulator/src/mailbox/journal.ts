// What happened to the mailboxes since they were loaded, as lines of JSON. Replayed on the same mail it
// gives the same ids and history, so that a product that was in step still is after a restart.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { LabelSettings } from './labels.ts';
import type { Mailbox } from './mailbox.ts';

/** One change of a mailbox, whoever made it. Raw messages are base64. */
export type Operation =
  | { kind: 'add'; raw: string; labelIds: string[]; at: number; threadId?: string }
  | { kind: 'labels'; ids: string[]; add: string[]; remove: string[] }
  | { kind: 'remove'; id: string }
  | { kind: 'create-label'; label: LabelSettings }
  | { kind: 'change-label'; id: string; label: Partial<LabelSettings> }
  | { kind: 'remove-label'; id: string }
  | { kind: 'save-draft'; draftId?: string; raw: string; at: number; threadId?: string }
  | { kind: 'remove-draft'; draftId: string }
  | { kind: 'expire-history' };

export interface Watch {
  topic: string;
  /** Empty: changes of any label. */
  labelIds: string[];
  /** The labels are those that do not count. */
  excludes: boolean;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export interface Subscription {
  /** `projects/P/topics/T`. */
  topic: string;
  /** Absent: the subscription is pulled. */
  pushEndpoint?: string;
  /** Whose token a push carries; absent: a push carries none. */
  serviceAccountEmail?: string;
  /** Default: the endpoint. */
  audience?: string;
  /** Until an unacknowledged message comes again; default 10. */
  ackDeadlineSeconds?: number;
}

export type Entry =
  | { type: 'key'; key: string }
  /** The day of the sample mailbox's newest message. */
  | { type: 'sample'; day: string }
  | { type: 'revoked'; grant: string }
  /** All grants that the account had given until then. */
  | { type: 'revoked-account'; email: string; at: number }
  /** `null`: no more. */
  | { type: 'watched'; email: string; watch: Watch | null }
  | { type: 'subscribed'; name: string; subscription: Subscription | null }
  | { type: 'changed'; email: string; operation: Operation };

export interface Journal {
  entries: Entry[];
  append(entry: Entry): void;
}

export function openJournal(path: string | undefined): Journal {
  if (path === undefined) return { entries: [], append: () => undefined };
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  // The last line of a process that was killed may be cut; what it said was never answered.
  if (text !== '' && !text.endsWith('\n')) appendFileSync(path, '\n');
  const entries = text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Entry];
    } catch {
      return [];
    }
  });
  return { entries, append: (entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`) };
}

/** Does again what was done; what no longer has its message (the mailbox has other mail) does nothing. */
export function replay(mailbox: Mailbox, operation: Operation): void {
  switch (operation.kind) {
    case 'add': {
      const { raw, labelIds, at, threadId } = operation;
      mailbox.add({ raw: Buffer.from(raw, 'base64'), labelIds, internalDate: at }, { threadId });
      return;
    }
    case 'labels':
      return mailbox.changeLabels(operation.ids, operation.add, operation.remove);
    case 'remove':
      return void mailbox.remove(operation.id);
    case 'create-label':
      return void mailbox.createLabel(operation.label);
    case 'change-label':
      return void mailbox.changeLabel(operation.id, operation.label);
    case 'remove-label':
      return void mailbox.removeLabel(operation.id);
    case 'save-draft': {
      const { draftId, raw, at, threadId } = operation;
      mailbox.saveDraft({ draftId, raw: Buffer.from(raw, 'base64'), at, threadId });
      return;
    }
    case 'remove-draft':
      return void mailbox.removeDraft(operation.draftId);
    case 'expire-history':
      return mailbox.expireHistory();
    default:
      return unreachable(operation);
  }
}

function unreachable(operation: never): never {
  throw new Error(`unknown operation ${JSON.stringify(operation)}`);
}
