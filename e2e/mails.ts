import type { MessageSource } from '@finito/gmail-simulator';

export interface Mail {
  from: string;
  subject: string;
  text?: string;
  html?: string;
  receivedAt?: number;
}

/** A mail as it travels. */
export function aMail({ from, subject, text, html, receivedAt = Date.now() }: Mail): MessageSource {
  const lines = [
    `From: ${from}`,
    'To: Robin Ferrer <robin.ferrer@example.com>',
    `Subject: ${subject}`,
    `Date: ${new Date(receivedAt).toUTCString()}`,
    `Message-ID: <${receivedAt}.${subject.length}@example.com>`,
    'MIME-Version: 1.0',
    `Content-Type: text/${html === undefined ? 'plain' : 'html'}; charset=utf-8`,
    '',
    html ?? text ?? '',
  ];
  return { raw: Buffer.from(lines.join('\r\n')), labelIds: ['INBOX', 'UNREAD'], internalDate: receivedAt };
}
