import libmime from 'libmime';

/** What the store needs of a message to thread, date and list it, read without parsing its body. */
export interface MessageHead {
  messageId: string | null;
  references: string[];
  subject: string;
  from: string;
  /** To, Cc and Bcc. */
  to: string;
  /** Of the Date header, or of the last hop where that is missing or absurd. */
  date: number | null;
  gmailLabels: string | null;
  /** As the API writes it; Takeout has it in decimal. */
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
  const ids = (name: string) => (headers.get(name)?.match(/<[^<>\s]+>/g) ?? []).map(own);
  const thread = headers.get('x-gm-thrid') ?? '';
  return {
    messageId: ids('message-id')[0] ?? null,
    references: [...ids('references'), ...ids('in-reply-to')],
    subject: decoded(headers.get('subject') ?? ''),
    from: decoded(headers.get('from') ?? ''),
    to: decoded(['to', 'cc', 'bcc'].flatMap((name) => headers.get(name) ?? []).join(', ')),
    date: dateOf(headers.get('date')) ?? dateOf(headers.get('received')?.split(';').at(-1)),
    gmailLabels: headers.has('x-gmail-labels') ? decoded(headers.get('x-gmail-labels')!) : null,
    gmailThread: /^\d{1,20}$/.test(thread) ? BigInt(thread).toString(16) : null,
  };
}

// Odd mail claims to be from before 1970 or from the year 20,000.
const endOfTime = Date.UTC(2100, 0, 1);

function dateOf(header: string | undefined): number | null {
  const date = Date.parse((header ?? '').replace(/\([^)]*\)/g, '').trim());
  return date >= 0 && date <= endOfTime ? date : null;
}

function decoded(value: string): string {
  try {
    return own(libmime.decodeWords(value));
  } catch {
    return own(value);
  }
}

/** A copy: a piece of a string keeps the whole of it in memory, and these are kept. */
function own(text: string): string {
  return Buffer.from(text).toString();
}
