import { randomBytes } from 'node:crypto';
import addressparser from 'nodemailer/lib/addressparser/index.js';
import type { Mailbox } from './mailbox.ts';
import { messageHead } from './message-head.ts';

/** A message as it leaves: with the From, Date and Message-ID that Gmail adds where they are missing. */
export function completed(
  { emailAddress, name }: Mailbox,
  raw: Buffer,
  at: number,
): { raw: Buffer; isToOneself: boolean } {
  const { messageId, from, to, date } = messageHead(raw);
  const missing = [
    ...(from === '' ? [`From: ${name} <${emailAddress}>`] : []),
    ...(date === null ? [`Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`] : []),
    ...(messageId === null ? [`Message-ID: <${randomBytes(18).toString('base64url')}@mail.gmail.com>`] : []),
  ];
  const head = missing.map((line) => `${line}\r\n`).join('');
  const receivers = addressparser(to, { flatten: true }).map(({ address }) => address.toLowerCase());
  return {
    raw: head === '' ? raw : Buffer.concat([Buffer.from(head), raw]),
    isToOneself: receivers.includes(emailAddress.toLowerCase()),
  };
}
