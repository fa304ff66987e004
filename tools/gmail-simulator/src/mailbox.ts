// One account: messages, labels and the change log, as Gmail keeps them. Every change moves the
// history id by a random gap, stamps the message with it, and is written to the log.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { messageHead } from './message-head.ts';
import type { MessageHead } from './message-head.ts';

export interface MessageSource {
  raw: Buffer;
  labelIds?: string[];
  internalDate?: number;
}

export interface StoredMessage {
  id: string;
  threadId: string;
  historyId: bigint;
  internalDate: number;
  labelIds: Set<string>;
  size: number;
  head: Pick<MessageHead, 'subject' | 'from' | 'to' | 'messageId'>;
  packed: Buffer;
  /** Times its content was served; more than once is what a sync should avoid. */
  served: number;
}

export type HistoryKind = 'messagesAdded' | 'messagesDeleted' | 'labelsAdded' | 'labelsRemoved';

export interface HistoryEntry {
  id: bigint;
  kind: HistoryKind;
  messageId: string;
  threadId: string;
  labelIds: string[];
}

export interface UserLabel {
  id: string;
  name: string;
  type: 'system' | 'user';
}

const systemLabels = [
  'INBOX',
  'SENT',
  'DRAFT',
  'SPAM',
  'TRASH',
  'UNREAD',
  'STARRED',
  'IMPORTANT',
  'CHAT',
  'CATEGORY_PERSONAL',
  'CATEGORY_SOCIAL',
  'CATEGORY_PROMOTIONS',
  'CATEGORY_UPDATES',
  'CATEGORY_FORUMS',
];

export type Mailbox = ReturnType<typeof createMailbox>;

export function createMailbox({
  emailAddress,
  name,
  subject,
}: {
  emailAddress: string;
  name: string;
  subject: string;
}) {
  const messages = new Map<string, StoredMessage>();
  const threads = new Map<string, string[]>();
  const byMessageId = new Map<string, string>();
  const labels = new Map<string, UserLabel>(systemLabels.map((id) => [id, { id, name: id, type: 'system' }]));
  const history: HistoryEntry[] = [];
  let newest: string[] | undefined;
  let historyId = 1_000_000n;
  let oldestHistoryId = historyId;
  let added = 0;

  function nextHistoryId(): bigint {
    // Gaps that are the same in each run: a state file can be replayed on the same mail.
    historyId += 1n + BigInt((history.length * 7 + added * 3) % 11);
    return historyId;
  }

  function record(kind: HistoryKind, message: StoredMessage, labelIds: string[] = []): void {
    message.historyId = nextHistoryId();
    history.push({
      id: message.historyId,
      kind,
      messageId: message.id,
      threadId: message.threadId,
      labelIds,
    });
  }

  function labelFor(nameOrId: string): string {
    const wanted = nameOrId.toUpperCase();
    if (labels.has(wanted)) return wanted;
    for (const label of labels.values())
      if (label.name === nameOrId || label.id === nameOrId) return label.id;
    const id = `Label_${labels.size}`;
    labels.set(id, { id, name: nameOrId, type: 'user' });
    return id;
  }

  function add(source: MessageSource, { silent = false } = {}): StoredMessage {
    const head = messageHead(source.raw);
    const internalDate = Math.trunc(source.internalDate ?? head.date ?? 0);
    added += 1;
    const id = ((BigInt(Math.max(1, internalDate)) << 20n) | BigInt(added & 0xfffff))
      .toString(16)
      .padStart(16, '0');
    const parent = head.gmailThread ?? head.references.map((ref) => byMessageId.get(ref)).find(Boolean);
    const threadId = parent ?? id;
    const message: StoredMessage = {
      id,
      threadId,
      historyId: 0n,
      internalDate,
      labelIds: new Set((source.labelIds ?? labelsOf(head.gmailLabels) ?? ['INBOX']).map(labelFor)),
      size: source.raw.length,
      head: { subject: head.subject, from: head.from, to: head.to, messageId: head.messageId },
      packed: deflateRawSync(source.raw, { level: 1 }),
      served: 0,
    };
    messages.set(id, message);
    newest = undefined;
    const thread = threads.get(threadId);
    if (thread) thread.push(id);
    else threads.set(threadId, [id]);
    // Replies that arrived before their parent find each other by the name of the parent.
    for (const ref of [head.messageId, ...head.references]) {
      if (ref && !byMessageId.has(ref)) byMessageId.set(ref, threadId);
    }
    if (silent) message.historyId = nextHistoryId();
    else record('messagesAdded', message);
    return message;
  }

  function changeLabels(ids: readonly string[], add_: readonly string[], remove: readonly string[]): void {
    for (const id of ids) {
      const message = messages.get(id);
      if (!message) continue;
      const gained = add_.filter((label) => !message.labelIds.has(label));
      const lost = remove.filter((label) => message.labelIds.has(label));
      for (const label of gained) message.labelIds.add(label);
      for (const label of lost) message.labelIds.delete(label);
      if (gained.length > 0) record('labelsAdded', message, gained);
      if (lost.length > 0) record('labelsRemoved', message, lost);
    }
  }

  function remove(id: string): boolean {
    const message = messages.get(id);
    if (!message) return false;
    record('messagesDeleted', message);
    messages.delete(id);
    newest = undefined;
    const rest = (threads.get(message.threadId) ?? []).filter((other) => other !== id);
    if (rest.length > 0) threads.set(message.threadId, rest);
    else threads.delete(message.threadId);
    return true;
  }

  return {
    emailAddress,
    name,
    subject,
    labels,
    messages,
    threads,
    add,
    changeLabels,
    remove,
    labelFor,
    rawOf: (message: StoredMessage) => inflateRawSync(message.packed),
    /** Ids, newest first. */
    newestFirst(): string[] {
      newest ??= [...messages.values()]
        .sort((left, right) => right.internalDate - left.internalDate || (left.id < right.id ? 1 : -1))
        .map(({ id }) => id);
      return newest;
    },
    /** The mail that was there at the start is not news. */
    closeLoading(): void {
      history.length = 0;
      oldestHistoryId = historyId;
    },
    historyId: () => historyId,
    /** `undefined`: the start is too old, or from the future. */
    historySince(start: bigint): HistoryEntry[] | undefined {
      if (start < oldestHistoryId || start > historyId) return undefined;
      return history.filter(({ id }) => id > start);
    },
    expireHistory(): void {
      nextHistoryId();
      oldestHistoryId = historyId;
      history.length = 0;
    },
  };
}

/** Google Takeout writes the labels' names into a header. */
function labelsOf(header: string | null): string[] | null {
  if (header === null) return null;
  const names = header.split(',').map((name) => name.trim().replace(/^"|"$/g, ''));
  const known: Record<string, string> = {
    Inbox: 'INBOX',
    Sent: 'SENT',
    Unread: 'UNREAD',
    Starred: 'STARRED',
    Important: 'IMPORTANT',
    Spam: 'SPAM',
    Trash: 'TRASH',
    Drafts: 'DRAFT',
  };
  return names
    .filter((name) => name !== '' && name !== 'Archived' && name !== 'Opened')
    .map((name) => known[name] ?? name);
}
