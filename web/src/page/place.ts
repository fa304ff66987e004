/** Where the reader is. The address says it, so that a reload, a bookmark or a second tab arrives there too. */
export interface Place {
  /** Gmail's id of a label; null means all mail. */
  label: string | null;
  mailboxId: string | null;
  /** The search; empty when there is none. */
  q: string;
  messageId: string | null;
}

export const inbox: Place = { label: 'INBOX', mailboxId: null, q: '', messageId: null };

/** `/mail/<label or all>/<message>?mailbox=…&q=…`; what is not understood leads to the inbox. */
export function parsePlace(path: string, search: string): Place {
  const [area, label, message] = path.split('/').filter(Boolean).map(decoded);
  if (area !== 'mail' || !label) return inbox;
  const query = new URLSearchParams(search);
  return {
    label: label === 'all' ? null : label,
    mailboxId: query.get('mailbox') || null,
    q: query.get('q')?.trim() ?? '',
    messageId: message || null,
  };
}

export function addressOf({ label, mailboxId, q, messageId }: Place): string {
  const path = ['/mail', label ?? 'all', ...(messageId ? [messageId] : [])];
  const query = new URLSearchParams({ ...(mailboxId && { mailbox: mailboxId }), ...(q && { q }) });
  const address = [path[0], ...path.slice(1).map(encodeURIComponent)].join('/');
  return query.size > 0 ? `${address}?${query}` : address;
}

export function isSameList(left: Place, right: Place): boolean {
  return left.label === right.label && left.mailboxId === right.mailboxId && left.q === right.q;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
