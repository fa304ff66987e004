// A message's parts as Gmail shows them in `format=full`: text parts decoded and converted to UTF-8
// (as Gmail does; the Content-Type header keeps the charset that it named), everything else by
// attachment id.
import iconv from 'iconv-lite';
import libmime from 'libmime';
import libqp from 'libqp';
import { entityOf } from './mime-entity.ts';
import type { Entity } from './mime-entity.ts';

export interface Part {
  partId: string;
  mimeType: string;
  filename: string;
  headers: { name: string; value: string }[];
  body: { size: number; data?: string; attachmentId?: string };
  parts?: Part[];
}

export interface Tree {
  payload: Part;
  /** Bytes of the parts that have an attachment id. */
  attachments: Map<string, Buffer>;
  /** The beginning of what a person reads. */
  text: string;
}

interface Found {
  attachments: Map<string, Buffer>;
  texts: { mimeType: string; text: string }[];
}

export function mimeTree(raw: Buffer): Tree {
  const found: Found = { attachments: new Map(), texts: [] };
  const payload = partOf(entityOf(raw.toString('latin1')), '', found);
  const best = found.texts.find(({ mimeType }) => mimeType === 'text/plain') ?? found.texts[0];
  const text = best?.mimeType === 'text/html' ? stripTags(best.text) : (best?.text ?? '');
  return { payload, attachments: found.attachments, text };
}

function partOf(entity: Entity, partId: string, found: Found): Part {
  const { mimeType, children } = entity;
  const headers = entity.headers.map(({ name, value }) => ({ name, value: unicode(value) }));
  const base = { partId, mimeType, filename: decodedWords(entity.filename), headers };
  if (children) {
    const prefix = partId === '' ? '' : `${partId}.`;
    const parts = children.map((child, index) => partOf(child, `${prefix}${index}`, found));
    return { ...base, body: { size: 0 }, parts };
  }
  const bytes = decodedBody(entity);
  const isShown = mimeType.startsWith('text/') && base.filename === '' && entity.disposition !== 'attachment';
  return { ...base, body: isShown ? textBody(entity, bytes, found) : fileBody(bytes, partId, found) };
}

function textBody({ mimeType, charset }: Entity, bytes: Buffer, { texts }: Found): Part['body'] {
  const utf8 = toUtf8(bytes, charset);
  texts.push({ mimeType, text: utf8.subarray(0, 40_000).toString() });
  return utf8.length > 0 ? { size: utf8.length, data: utf8.toString('base64url') } : { size: 0 };
}

function fileBody(bytes: Buffer, partId: string, { attachments }: Found): Part['body'] {
  if (bytes.length === 0) return { size: 0 };
  const attachmentId = `ANGjdJ${Buffer.from(`part:${partId}`).toString('base64url')}`;
  attachments.set(attachmentId, bytes);
  return { attachmentId, size: bytes.length };
}

function decodedBody({ encoding, body }: Entity): Buffer {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding === 'quoted-printable') return libqp.decode(body);
  return Buffer.from(body, 'latin1');
}

function toUtf8(bytes: Buffer, charset: string): Buffer {
  if (charset === '' || /^(utf-?8|us-ascii)$/i.test(charset)) return bytes;
  if (iconv.encodingExists(charset)) return Buffer.from(iconv.decode(bytes, charset));
  try {
    return Buffer.from(new TextDecoder(charset).decode(bytes));
  } catch {
    return bytes;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Headers with bytes beyond ASCII are UTF-8 today and were Latin-1 once. */
function unicode(binary: string): string {
  if (!/[\x80-\xff]/.test(binary)) return binary;
  try {
    return strictUtf8.decode(Buffer.from(binary, 'latin1'));
  } catch {
    return binary;
  }
}

function decodedWords(value: string): string {
  try {
    return libmime.decodeWords(unicode(value));
  } catch {
    return value;
  }
}

function stripTags(html: string): string {
  return html.replace(/<(style|script|title)[^>]*>[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]+>/g, ' ');
}
