export interface Label {
  id: string;
  name: string;
  type: 'system' | 'user';
  messageListVisibility?: string;
  labelListVisibility?: string;
  color?: { textColor?: string; backgroundColor?: string };
}

export type LabelSettings = Omit<Label, 'id' | 'type'>;

const systemIds = [
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

export function systemLabels(): Map<string, Label> {
  return new Map(systemIds.map((id) => [id, { id, name: id, type: 'system' }]));
}

const takeoutNames: Record<string, string> = {
  Inbox: 'INBOX',
  Sent: 'SENT',
  Unread: 'UNREAD',
  Starred: 'STARRED',
  Important: 'IMPORTANT',
  Spam: 'SPAM',
  Trash: 'TRASH',
  Drafts: 'DRAFT',
  'Category Personal': 'CATEGORY_PERSONAL',
  'Category Social': 'CATEGORY_SOCIAL',
  'Category Promotions': 'CATEGORY_PROMOTIONS',
  'Category Updates': 'CATEGORY_UPDATES',
  'Category Forums': 'CATEGORY_FORUMS',
};

/** The labels that Google Takeout writes into X-Gmail-Labels, by id where it is one of Gmail's own. */
export function takeoutLabels(header: string): string[] {
  const names = header.match(/"[^"]*"|[^,]+/g) ?? [];
  return names
    .map((name) => name.trim().replace(/^"|"$/g, ''))
    .filter((name) => name !== '' && name !== 'Archived' && name !== 'Opened')
    .map((name) => takeoutNames[name] ?? name);
}

export interface LabelCounts {
  messagesTotal: number;
  messagesUnread: number;
  threadsTotal: number;
  threadsUnread: number;
}

interface Counted {
  threadId: string;
  labelIds: ReadonlySet<string>;
}

/** Every label's counts in one pass over the messages. */
export function labelCounts(messages: Iterable<Counted>): Map<string, LabelCounts> {
  const found = new Map<
    string,
    { total: number; unread: number; threads: Set<string>; unreadThreads: Set<string> }
  >();
  for (const { threadId, labelIds } of messages) {
    for (const label of labelIds) {
      let each = found.get(label);
      if (!each)
        found.set(label, (each = { total: 0, unread: 0, threads: new Set(), unreadThreads: new Set() }));
      each.total += 1;
      each.threads.add(threadId);
      if (!labelIds.has('UNREAD')) continue;
      each.unread += 1;
      each.unreadThreads.add(threadId);
    }
  }
  return new Map(
    [...found].map(([label, { total, unread, threads, unreadThreads }]) => [
      label,
      {
        messagesTotal: total,
        messagesUnread: unread,
        threadsTotal: threads.size,
        threadsUnread: unreadThreads.size,
      },
    ]),
  );
}
