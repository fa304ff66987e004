import libmime from 'libmime';

/** What the store needs of a message to thread, date and list it, read without parsing its body. */
export interface MessageHead {
  messageId: string | null;
  references: string[];
  subject: string;
  from: string;
  to: string;
  date: number | null;
  gmailLabels: string | null;
  gmailThread: string | null;
}

export function messageHead(raw: Buffer): MessageHead {
  const end = raw.indexOf('\n\n');
  const crlfEnd = raw.indexOf('\r\n\r\n');
  const stops = [end, crlfEnd].filter((at) => at >= 0);
  const head = raw
    .subarray(0, stops.length > 0 ? Math.min(...stops) : Math.min(raw.length, 65_536))
    .toString('latin1');
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  const ids = (name: string) => headers.get(name)?.match(/<[^<>\s]+>/g) ?? [];
  const date = Date.parse((headers.get('date') ?? '').replace(/\([^)]*\)/g, ''));
  return {
    messageId: ids('message-id')[0] ?? null,
    references: [...ids('references'), ...ids('in-reply-to')],
    subject: decoded(headers.get('subject') ?? ''),
    from: decoded(headers.get('from') ?? ''),
    to: decoded(headers.get('to') ?? ''),
    date: Number.isNaN(date) ? null : date,
    gmailLabels: headers.get('x-gmail-labels') ?? null,
    gmailThread: headers.get('x-gm-thrid') ?? null,
  };
}

function decoded(value: string): string {
  try {
    return libmime.decodeWords(value);
  } catch {
    return value;
  }
}
