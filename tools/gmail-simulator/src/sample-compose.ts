import iconv from 'iconv-lite';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import type Mail from 'nodemailer/lib/mailer';
import type { MessageSource } from './mailbox.ts';
import type { Person } from './sample-people.ts';

/** Writes a message as a mail program would. `internalDate` is its date. */
export async function compose(mail: Mail.Options, at: number, labelIds: string[]): Promise<MessageSource> {
  const composer = new MailComposer({ date: new Date(at), newline: 'crlf', boundaryPrefix: 'part', ...mail });
  return { raw: await composer.compile().build(), labelIds, internalDate: at };
}

/** A plain message in an old charset, which a modern library no longer writes. */
export function composeOld(
  { charset }: Pick<Person, 'charset'>,
  headers: {
    from: string;
    fromAddress: string;
    to: string;
    subject: string;
    messageId: string;
    references: string[];
  },
  text: string,
  at: number,
  labelIds: string[],
): MessageSource {
  const word = (value: string) => `=?${charset}?B?${iconv.encode(value, charset).toString('base64')}?=`;
  const head = [
    `From: ${word(headers.from)} <${headers.fromAddress}>`,
    `To: ${headers.to}`,
    `Subject: ${word(headers.subject)}`,
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${headers.messageId}`,
    ...(headers.references.length > 0
      ? [`In-Reply-To: ${headers.references.at(-1)}`, `References: ${headers.references.join('\r\n ')}`]
      : []),
    'MIME-Version: 1.0',
    `Content-Type: text/plain; charset=${charset}`,
    'Content-Transfer-Encoding: base64',
  ];
  const body = iconv
    .encode(text, charset)
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n');
  return { raw: Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}\r\n`), labelIds, internalDate: at };
}
