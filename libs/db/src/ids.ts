import { randomInt } from 'node:crypto';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** `mb_…`, `usr_…`: a prefix and sixteen characters, 82 random bits. */
export function newId(prefix: 'mb' | 'usr' | 'tok' | 'rlo' | 'wh'): string {
  return `${prefix}_${Array.from({ length: 16 }, () => alphabet[randomInt(36)]).join('')}`;
}

export interface MessageKey {
  mailboxId: string;
  gmailId: string;
}

/** The public id of a message says where it is kept, so that finding it needs no other index. */
export function messageIdFrom(mailboxId: string, gmailId: string): string {
  return `msg_${mailboxId.slice(3)}_${gmailId}`;
}

export function parseMessageId(id: string): MessageKey | undefined {
  return parseKey('msg', id);
}

export function threadIdFrom(mailboxId: string, gmailThreadId: string): string {
  return `thr_${mailboxId.slice(3)}_${gmailThreadId}`;
}

export function parseThreadId(id: string): MessageKey | undefined {
  return parseKey('thr', id);
}

function parseKey(prefix: 'msg' | 'thr', id: string): MessageKey | undefined {
  const [, mailbox, gmailId] = new RegExp(`^${prefix}_([a-z0-9]{16})_([0-9a-f]{1,16})$`).exec(id) ?? [];
  return mailbox && gmailId ? { mailboxId: `mb_${mailbox}`, gmailId } : undefined;
}
