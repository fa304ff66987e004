import type { MessageSource } from '@finito/gmail-simulator';
import { vectors } from '../../libs/content/test/vectors.ts';
import type { Vector } from '../../libs/content/test/vectors.ts';

/** Every attack as a mail of its own, in the place it is meant for: the body, the subject, the sender, a file's name. */
export function vectorMails(): MessageSource[] {
  const contexts: Vector['context'][] = ['html-body', 'text-body', 'subject', 'from-name', 'file-name'];
  return contexts.flatMap((context) => vectors(context)).map(mailOf);
}

const newest = Date.UTC(2026, 10, 24);

function mailOf({ id, context, payload }: Vector, index: number): MessageSource {
  const subject = context === 'subject' ? payload : id;
  const from = context === 'from-name' ? payload : 'Somebody';
  const internalDate = newest - index * 60_000;
  const lines = [
    `From: ${encodedWord(from)} <somebody@sender.example>`,
    'To: Robin Ferrer <robin.ferrer@example.com>',
    `Subject: ${encodedWord(subject)}`,
    `Date: ${new Date(internalDate).toUTCString()}`,
    `Message-ID: <${index}@sender.example>`,
    'MIME-Version: 1.0',
    ...(context === 'file-name'
      ? withFile(payload)
      : body(context === 'html-body' ? 'html' : 'plain', payload)),
  ];
  return { raw: Buffer.from(lines.join('\r\n')), labelIds: ['INBOX', 'UNREAD'], internalDate };
}

function body(subtype: 'html' | 'plain', text: string): string[] {
  return [
    `Content-Type: text/${subtype}; charset=utf-8`,
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(text).toString('base64'),
  ];
}

function withFile(name: string): string[] {
  return [
    'Content-Type: multipart/mixed; boundary=between',
    '',
    '--between',
    ...body('plain', 'A file is with this.'),
    '--between',
    'Content-Type: text/html',
    `Content-Disposition: attachment; filename*=utf-8''${percentEncoded(name)}`,
    '',
    '<script>alert(1)</script>',
    '--between--',
  ];
}

/** Nothing in it ends the line or the word, whatever the text is. */
function encodedWord(text: string): string {
  return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}

function percentEncoded(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
