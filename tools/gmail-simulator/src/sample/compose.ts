// Writes messages as mail programs do, in any charset. The encodings come from libmime, libqp and
// iconv-lite; nodemailer writes only UTF-8, and takes 4 s for a mailbox where this takes half a second.
import iconv from 'iconv-lite';
import libmime from 'libmime';
import libqp from 'libqp';
import type { MessageSource } from '../mailbox/mailbox.ts';
import { owner } from './people.ts';
import type { Address } from './people.ts';

export interface Attachment {
  filename: string;
  contentType: string;
  content: Buffer | string;
  /** A picture that the HTML shows as `cid:…`. */
  contentId?: string;
}

export interface Mail {
  from: Address;
  to: Address[];
  cc?: Address[];
  subject: string;
  messageId: string;
  /** The thread's messages so far, the oldest first. */
  references?: string[];
  text: string;
  html?: string;
  /** Default utf-8. */
  charset?: string;
  attachments?: Attachment[];
  /** An invitation in iCalendar's form. */
  calendar?: string;
  headers?: Record<string, string>;
  /** Milliseconds since 1970. */
  at: number;
  labelIds: string[];
  /** Not sent by the mailbox's owner: it shows the way it came. */
  isReceived: boolean;
}

export function compose(mail: Mail): MessageSource {
  const { head, body } = contentOf(mail);
  const lines = [...headersOf(mail), 'MIME-Version: 1.0', ...head];
  const raw = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}\r\n`, 'latin1');
  return { raw, labelIds: mail.labelIds, internalDate: mail.at };
}

interface Entity {
  head: string[];
  body: string;
}

function headersOf(mail: Mail): string[] {
  const { from, to, cc = [], references = [], at, charset = 'utf-8' } = mail;
  const list = (addresses: Address[]) => addresses.map((each) => addressText(each, charset)).join(',\r\n ');
  return [
    ...(mail.isReceived ? trace(from, at) : []),
    `From: ${addressText(from, charset)}`,
    `To: ${list(to)}`,
    ...(cc.length > 0 ? [`Cc: ${list(cc)}`] : []),
    `Subject: ${words(mail.subject, charset)}`,
    `Date: ${dateText(at)}`,
    `Message-ID: ${mail.messageId}`,
    ...(references.length > 0
      ? [`In-Reply-To: ${references.at(-1)}`, `References: ${references.join('\r\n ')}`]
      : []),
    ...Object.entries(mail.headers ?? {}).map(([name, value]) => libmime.foldLines(`${name}: ${value}`)),
  ];
}

/** What the servers on the way add. */
function trace({ address }: Address, at: number): string[] {
  const domain = address.split('@')[1]!;
  const id = at.toString(36);
  return [
    `Delivered-To: ${owner.address}`,
    `Received: from mail.${domain} (mail.${domain} [192.0.2.${(at % 250) + 1}])\r\n by mx.example.com with ESMTPS id ${id}si${at % 100_000}\r\n for <${owner.address}>; ${dateText(at)}`,
    `Return-Path: <${address}>`,
  ];
}

function contentOf(mail: Mail): Entity {
  const { text, html, charset = 'utf-8', attachments = [], calendar } = mail;
  const pictures = attachments.filter(({ contentId }) => contentId !== undefined);
  const files = attachments.filter(({ contentId }) => contentId === undefined);
  const plain = textEntity('text/plain', text, charset);
  const rich = html === undefined ? undefined : textEntity('text/html', html, charset);
  const shown =
    rich && pictures.length > 0 ? multipart('related', [rich, ...pictures.map(file)], mail) : rich;
  const invitation = calendar && textEntity('text/calendar; method=REQUEST', calendar, 'utf-8');
  const alternatives = [plain, shown, invitation].filter((entity) => typeof entity === 'object');
  const content = alternatives.length > 1 ? multipart('alternative', alternatives, mail) : plain;
  return files.length > 0 ? multipart('mixed', [content, ...files.map(file)], mail) : content;
}

function multipart(subtype: string, parts: Entity[], { at, messageId }: Mail): Entity {
  const boundary = `=_${subtype}_${at.toString(36)}_${messageId.replace(/\W/g, '').slice(0, 12)}`;
  const texts = parts.map(({ head, body }) => `--${boundary}\r\n${head.join('\r\n')}\r\n\r\n${body}\r\n`);
  return {
    head: [`Content-Type: multipart/${subtype}; boundary="${boundary}"`],
    body: `${texts.join('')}--${boundary}--`,
  };
}

function textEntity(type: string, text: string, charset: string): Entity {
  const crlf = text.replace(/\r?\n/g, '\r\n');
  const isAscii = /^[\t\r\n\x20-\x7e]*$/.test(crlf);
  // RFC 5322 allows 998 characters a line.
  const isNarrow = crlf.split('\r\n').every((line) => line.length < 990);
  if (isAscii && isNarrow) {
    return {
      head: [`Content-Type: ${type}; charset=us-ascii`, 'Content-Transfer-Encoding: 7bit'],
      body: crlf,
    };
  }
  const bytes = iconv.encode(crlf, charset);
  const head = `Content-Type: ${type}; charset=${charset}`;
  // Scripts that are nearly all beyond ASCII are shorter in base64.
  const isDense = bytes.filter((byte) => byte > 127).length > bytes.length / 5;
  return isDense
    ? { head: [head, 'Content-Transfer-Encoding: base64'], body: base64Lines(bytes) }
    : { head: [head, 'Content-Transfer-Encoding: quoted-printable'], body: libqp.wrap(libqp.encode(bytes)) };
}

function file({ filename, contentType, content, contentId }: Attachment): Entity {
  const name = (parameter: string) =>
    libmime
      .buildHeaderParam(parameter, filename, 60)
      .map(({ key, value }) => `; ${key}=${/^[\w.*%'-]+$/.test(value) ? value : JSON.stringify(value)}`)
      .join('');
  return {
    head: [
      `Content-Type: ${contentType}${name('name')}`,
      `Content-Disposition: ${contentId === undefined ? 'attachment' : 'inline'}${name('filename')}`,
      ...(contentId === undefined ? [] : [`Content-ID: <${contentId}>`]),
      'Content-Transfer-Encoding: base64',
    ],
    body: base64Lines(Buffer.from(content)),
  };
}

function base64Lines(bytes: Buffer): string {
  return bytes.toString('base64').replace(/(.{76})(?=.)/g, '$1\r\n');
}

function addressText({ name, address }: Address, charset: string): string {
  const shown = words(name, charset);
  return `${/^[\w =?-]*$/.test(shown) ? shown : JSON.stringify(shown)} <${address}>`;
}

/** A header's text; beyond ASCII in encoded words of the message's charset, none longer than a line. */
function words(text: string, charset: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const encoded: string[] = [];
  let chunk = '';
  for (const character of text) {
    if (iconv.encode(chunk + character, charset).length > 36) {
      encoded.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  return [...encoded, chunk]
    .map((each) => `=?${charset}?B?${iconv.encode(each, charset).toString('base64')}?=`)
    .join('\r\n ');
}

function dateText(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}
