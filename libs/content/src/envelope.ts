import { addressParser } from 'postal-mime';
import type { Address as ParsedAddress } from 'postal-mime';
import { headerText } from './header-text.ts';

export interface Address {
  name: string;
  address: string;
}

/** Who wrote to whom about what, decoded and bounded; a header that is missing or unreadable is empty. */
export interface Envelope {
  messageId: string | null;
  inReplyTo: string | null;
  references: string[];
  subject: string;
  from: Address | null;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  replyTo: Address[];
}

/** A mail to a whole company has more; nobody reads them, and rows stay small. */
const maxAddresses = 200;
const maxReferences = 100;
/** Room for them all; the parser's work grows faster than its input. */
const maxHeaderLength = 12_000;

export function envelopeFromHeaders(headers: readonly { name: string; value: string }[]): Envelope {
  const first = new Map<string, string>();
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    if (!first.has(key)) first.set(key, value);
  }
  const addresses = (name: string) => addressesFrom(first.get(name) ?? '');
  const ids = (name: string) =>
    (first.get(name) ?? '').slice(-maxHeaderLength).match(/<[^<>\s]{1,500}>/g) ?? [];
  return {
    messageId: ids('message-id')[0] ?? null,
    inReplyTo: ids('in-reply-to')[0] ?? null,
    references: ids('references').slice(-maxReferences),
    subject: headerText(first.get('subject') ?? ''),
    from: addresses('from')[0] ?? null,
    to: addresses('to'),
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    replyTo: addresses('reply-to'),
  };
}

function addressesFrom(header: string): Address[] {
  try {
    const parsed = addressParser(header.slice(0, maxHeaderLength));
    return parsed.flatMap(flatten).slice(0, maxAddresses);
  } catch {
    return [];
  }
}

/** `pete(his account)@silly.test(his host)`, RFC 5322 §3.2.2. */
const comments = /\([^()]{0,200}\)/g;

function flatten({ name, address = '', group }: ParsedAddress): Address[] {
  if (group) return group.flatMap(flatten);
  return [
    { name: headerText(name, 300), address: headerText(address.replace(comments, ''), 320).toLowerCase() },
  ];
}
