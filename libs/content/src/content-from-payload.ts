import { fileName } from './file-name.ts';
import type { GmailPayload } from './gmail-payload.ts';
import { headerText } from './header-text.ts';
import { partText } from './part-text.ts';

export interface Attachment {
  /** Gmail's id for fetching the bytes; null when they came with the message. */
  id: string | null;
  partId: string;
  filename: string;
  mimeType: string;
  size: number;
  contentId: string | null;
  inline: boolean;
}

export interface Content {
  text: string | null;
  /** As it came: it must be sanitised before anybody sees it. */
  html: string | null;
  attachments: Attachment[];
  /** What was wrong, from a closed set of names. */
  flaws: string[];
}

/** Real mail stays far below; a message beyond is shown in part, and says so. */
const maxDepth = 50;
const maxParts = 1_000;
const maxBodyBytes = 5_000_000;

/** The readable parts of a message and the list of the others. Never throws, whatever the message is made of. */
export function contentFromPayload(payload: GmailPayload): Content {
  const texts: string[] = [];
  const htmls: string[] = [];
  const attachments: Attachment[] = [];
  const flaws = new Set<string>();
  let parts = 0;

  function visit(part: GmailPayload, depth: number, isAlternative: boolean): void {
    parts += 1;
    if (depth > maxDepth) return void flaws.add('too-deep');
    if (parts > maxParts) return void flaws.add('too-many-parts');
    const mimeType = (part.mimeType ?? 'text/plain').toLowerCase();
    const headers = headersOf(part);
    if (part.parts && part.parts.length > 0 && mimeType.startsWith('multipart/')) {
      for (const child of part.parts) visit(child, depth + 1, mimeType === 'multipart/alternative');
      return;
    }
    const isBody =
      (mimeType === 'text/plain' || mimeType === 'text/html') &&
      !part.filename &&
      !/^\s*attachment/i.test(headers['content-disposition'] ?? '');
    if (!isBody) {
      if (!mimeType.startsWith('multipart/')) attachments.push(attachment(part, mimeType, headers));
      return;
    }
    const { text, flaw } = bodyText(part, headers['content-type'] ?? '', flaws);
    if (flaw) flaws.add(flaw);
    if (text === '') return;
    const bodies = mimeType === 'text/html' ? htmls : texts;
    if (isAlternative && bodies.length > 0 && mimeType === 'text/plain') return;
    bodies.push(text);
  }

  visit(payload, 0, false);
  return {
    text: texts.length > 0 ? texts.join('\n\n') : null,
    html: htmls.length > 0 ? htmls.join('\n<hr>\n') : null,
    attachments,
    flaws: [...flaws],
  };
}

function headersOf({ headers = [] }: GmailPayload): Record<string, string> {
  return Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));
}

function bodyText(part: GmailPayload, contentType: string, flaws: Set<string>) {
  let bytes = Buffer.from(part.body?.data ?? '', 'base64url');
  if (bytes.length > maxBodyBytes) {
    bytes = bytes.subarray(0, maxBodyBytes);
    flaws.add('body-cut');
  }
  const charset = /charset\s*=\s*"?([^\s";]{1,40})/i.exec(contentType)?.[1];
  return partText(bytes, charset);
}

function attachment(part: GmailPayload, mimeType: string, headers: Record<string, string>): Attachment {
  const contentId = /<([^<>]{1,300})>/.exec(headers['content-id'] ?? '')?.[1] ?? null;
  const disposition = headers['content-disposition'] ?? '';
  return {
    id: part.body?.attachmentId ?? null,
    partId: headerText(part.partId ?? '', 100),
    filename: fileName(part.filename ?? '') || defaultName(mimeType),
    mimeType: headerText(mimeType, 127),
    size: Math.max(0, part.body?.size ?? 0),
    contentId,
    inline: /^\s*inline/i.test(disposition) || (contentId !== null && !/^\s*attachment/i.test(disposition)),
  };
}

function defaultName(mimeType: string): string {
  return mimeType === 'message/rfc822'
    ? 'message.eml'
    : mimeType === 'text/calendar'
      ? 'invite.ics'
      : 'unnamed';
}
