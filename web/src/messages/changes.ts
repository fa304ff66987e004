import type { BulkActionBody, EmailSummary, Label } from '@finito/api';
import type { MessageFilter } from './message-queries.ts';

/** What a reader does with a message, by the contract's names. */
export type ChangeAction = BulkActionBody['action'];

interface Effect {
  add: readonly string[];
  remove: readonly string[];
}

/** As the gateway carries them out; the page shows the outcome without waiting for it. */
const effects: Record<ChangeAction, Effect> = {
  read: { add: [], remove: ['UNREAD'] },
  unread: { add: ['UNREAD'], remove: [] },
  star: { add: ['STARRED'], remove: [] },
  unstar: { add: [], remove: ['STARRED'] },
  archive: { add: [], remove: ['INBOX'] },
  unarchive: { add: ['INBOX'], remove: [] },
  trash: { add: ['TRASH'], remove: ['INBOX'] },
  untrash: { add: [], remove: ['TRASH'] },
};

export function changed(message: EmailSummary, action: ChangeAction): EmailSummary {
  const { add, remove } = effects[action];
  const labelIds = [...new Set([...message.labelIds, ...add])].filter((id) => !remove.includes(id));
  return {
    ...message,
    labelIds,
    unread: labelIds.includes('UNREAD'),
    starred: labelIds.includes('STARRED'),
  };
}

/** What leads back from `after` to `before`; the bin forgets the inbox, so that two steps may be needed. */
export function wayBack(before: EmailSummary, action: ChangeAction): ChangeAction[] {
  switch (action) {
    case 'archive':
      return ['unarchive'];
    case 'trash':
      return before.labelIds.includes('INBOX') ? ['untrash', 'unarchive'] : ['untrash'];
    case 'untrash':
      return ['trash'];
    default:
      return [];
  }
}

/** What a toast says of a change that takes a message out of sight. */
export function changeInWords(action: ChangeAction): string {
  switch (action) {
    case 'archive':
      return 'Archived';
    case 'trash':
      return 'Moved to the bin';
    case 'untrash':
      return 'Taken out of the bin';
    default:
      return '';
  }
}

/** Messages in the bin or in spam are listed only where they are asked for, as the gateway does. */
export function isListed({ labelIds, mailboxId }: EmailSummary, filter: MessageFilter): boolean {
  if (filter.mailboxId !== undefined && filter.mailboxId !== mailboxId) return false;
  if (filter.label !== undefined && !labelIds.includes(filter.label)) return false;
  const hidden = ['TRASH', 'SPAM'].filter((label) => labelIds.includes(label));
  return hidden.length === 0 || (filter.label !== undefined && hidden.includes(filter.label));
}

/** The counts of labels after a message went from one state to another. */
export function countAgain(labels: readonly Label[], before: EmailSummary, after: EmailSummary): Label[] {
  const counts = ({ labelIds, unread }: EmailSummary, id: string) => {
    const has = labelIds.includes(id);
    return { total: Number(has), unread: Number(has && unread) };
  };
  return labels.map((label) => {
    if (label.mailboxId !== before.mailboxId) return label;
    const [was, is] = [counts(before, label.id), counts(after, label.id)];
    const total = Math.max(0, label.total + is.total - was.total);
    return { ...label, total, unread: Math.max(0, label.unread + is.unread - was.unread) };
  });
}
