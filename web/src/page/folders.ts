import type { Label } from '@finito/api';

/** A label as a place to go to. */
export interface Folder {
  /** Null for all mail. */
  id: string | null;
  /** Only for labels that a person made: those belong to one mailbox. */
  mailboxId: string | null;
  name: string;
  total: number;
  unread: number;
}

export interface Folders {
  main: Folder[];
  categories: Folder[];
  own: Folder[];
}

const main: readonly (readonly [string, string])[] = [
  ['INBOX', 'Inbox'],
  ['STARRED', 'Starred'],
  ['IMPORTANT', 'Important'],
  ['SENT', 'Sent'],
  ['DRAFT', 'Drafts'],
  ['SPAM', 'Spam'],
  ['TRASH', 'Bin'],
];

const categories: readonly (readonly [string, string])[] = [
  ['CATEGORY_PERSONAL', 'Personal'],
  ['CATEGORY_SOCIAL', 'Social'],
  ['CATEGORY_PROMOTIONS', 'Promotions'],
  ['CATEGORY_UPDATES', 'Updates'],
  ['CATEGORY_FORUMS', 'Forums'],
];

/** Gmail's own labels are the same in every mailbox and counted together; a person's labels stand by themselves. */
export function foldersFrom(labels: readonly Label[], allMail: number): Folders {
  const named = (list: typeof main) => list.map(([id, name]) => together(labels, id, name));
  return {
    main: [...named(main), { id: null, mailboxId: null, name: 'All mail', total: allMail, unread: 0 }],
    categories: named(categories).filter(({ total }) => total > 0),
    own: labels
      .filter(({ type }) => type === 'user')
      .map(({ id, mailboxId, name, total, unread }) => ({ id, mailboxId, name, total, unread }))
      .sort((left, right) => left.name.localeCompare(right.name)),
  };
}

export function folderName(labels: readonly Label[], id: string | null): string {
  if (id === null) return 'All mail';
  const known = [...main, ...categories].find(([known]) => known === id);
  return known?.[1] ?? labels.find((label) => label.id === id)?.name ?? id;
}

/** The names of a person's labels on a message, without that of the folder it is shown in. */
export function chipsOf(
  message: { labelIds: readonly string[]; mailboxId: string },
  labels: readonly Label[],
  folder: string | null,
): string[] {
  return labels
    .filter(({ type, mailboxId }) => type === 'user' && mailboxId === message.mailboxId)
    .filter(({ id }) => id !== folder && message.labelIds.includes(id))
    .map(({ name }) => name);
}

function together(labels: readonly Label[], id: string, name: string): Folder {
  const same = labels.filter((label) => label.id === id);
  const sum = (field: 'total' | 'unread') => same.reduce((whole, label) => whole + label[field], 0);
  return { id, mailboxId: null, name, total: sum('total'), unread: sum('unread') };
}
