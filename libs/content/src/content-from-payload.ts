import libmime from 'libmime';
import { attachmentFromPart } from './attachment.ts';
import { alternativeOf, joinedHtml, joinedText } from './body-section.ts';
import type { BodySection } from './body-section.ts';
import type { Attachment, Content, Flaw } from './content.ts';
import { parameterOf } from './content-type.ts';
import type { GmailPayload } from './gmail-payload.ts';
import { maxBodyBytes, maxDepth, maxParts } from './limits.ts';
import { partText } from './part-text.ts';

/** Unfolding goes line by line; what is longer keeps its line ends. */
const maxFlowedLength = 250_000;

interface Reading {
  attachments: Attachment[];
  flaws: Set<Flaw>;
  parts: number;
  bodyBytes: number;
}

/** The readable parts of a message and the list of the others. Never throws, whatever the message is made of. */
export function contentFromPayload(payload: GmailPayload): Content {
  const reading: Reading = { attachments: [], flaws: new Set(), parts: 0, bodyBytes: 0 };
  const sections = sectionsOf(payload, '', 0, reading);
  return {
    text: joinedText(sections),
    html: joinedHtml(sections),
    attachments: reading.attachments,
    flaws: [...reading.flaws],
  };
}

function sectionsOf(part: GmailPayload, parentType: string, depth: number, reading: Reading): BodySection[] {
  const { flaws } = reading;
  if (depth > maxDepth) return (flaws.add('too-deep'), []);
  if (reading.parts >= maxParts) return (flaws.add('too-many-parts'), []);
  reading.parts += 1;
  const headers = headersOf(part);
  const mimeType = typeOf(part, parentType, headers);
  const isMultipart = mimeType.startsWith('multipart/');
  if (isMultipart && part.parts && part.parts.length > 0) {
    const children = part.parts.map((child) => sectionsOf(child, mimeType, depth + 1, reading));
    return mimeType === 'multipart/alternative' ? alternativeOf(children) : children.flat();
  }
  if (isMultipart && !part.body?.data) return [];
  if (isMultipart) flaws.add('broken-multipart');
  else if (!isBody(part, mimeType, headers)) {
    reading.attachments.push(attachmentOf(part, mimeType, headers));
    if (mimeType === 'application/ms-tnef') flaws.add('winmail-dat');
    return [];
  }
  const text = bodyText(part, headers['content-type'] ?? '', reading);
  if (text === '') return [];
  return [mimeType === 'text/html' ? { text: null, html: text } : { text, html: null }];
}

type PartHeaders = Partial<Record<'content-type' | 'content-disposition' | 'content-id', string>>;

function headersOf({ headers = [] }: GmailPayload): PartHeaders {
  const found: PartHeaders = {};
  for (const { name, value } of headers.slice(0, 200)) {
    const key = name.toLowerCase();
    if (key === 'content-type' || key === 'content-disposition' || key === 'content-id') found[key] = value;
  }
  return found;
}

/** What a digest holds is messages where it does not say otherwise (RFC 2046 §5.1.5). */
function typeOf(part: GmailPayload, parentType: string, headers: PartHeaders): string {
  if (parentType === 'multipart/digest' && !headers['content-type']) return 'message/rfc822';
  return (part.mimeType ?? 'text/plain').toLowerCase();
}

function isBody({ filename }: GmailPayload, mimeType: string, headers: PartHeaders): boolean {
  return (
    (mimeType === 'text/plain' || mimeType === 'text/html') &&
    !filename &&
    !/^\s*attachment/i.test(headers['content-disposition'] ?? '')
  );
}

function bodyText(part: GmailPayload, contentType: string, reading: Reading): string {
  const data = part.body?.data ?? '';
  const left = maxBodyBytes - reading.bodyBytes;
  // Four letters are three bytes; the rest is not even decoded.
  let bytes: Buffer = Buffer.from(data.slice(0, Math.ceil((left * 4) / 3)), 'base64url');
  reading.bodyBytes += bytes.length;
  if (data.length * 0.75 > left + 2) {
    reading.flaws.add('body-cut');
    bytes = wholeCharacters(bytes);
  }
  const { text, flaw } = partText(bytes, parameterOf(contentType, 'charset'));
  if (flaw) reading.flaws.add(flaw);
  if (text.length > maxFlowedLength || !/^flowed$/i.test(parameterOf(contentType, 'format'))) return text;
  return libmime.decodeFlowed(text, /^yes$/i.test(parameterOf(contentType, 'delsp')));
}

/** Half a character at the end would make all of it invalid. */
function wholeCharacters(utf8: Buffer): Buffer {
  const lead = utf8.subarray(-4).findLastIndex((byte) => byte >= 0xc0);
  return lead < 0 ? utf8 : utf8.subarray(0, Math.max(0, utf8.length - 4) + lead);
}

function attachmentOf(part: GmailPayload, mimeType: string, headers: PartHeaders): Attachment {
  return attachmentFromPart({
    id: part.body?.attachmentId ?? null,
    partId: part.partId ?? '',
    filename: part.filename ?? '',
    mimeType,
    size: part.body?.size ?? 0,
    disposition: headers['content-disposition'] ?? '',
    contentId: headers['content-id'] ?? '',
  });
}
