import type { HeaderReader } from './retry-after.ts';
import type { TransportAnswer } from './transport.ts';

export interface PartAnswer {
  /** Position of the request it answers. */
  index: number;
  status: number;
  headers: HeaderReader;
  body: string;
}

/** GET requests as one multipart/mixed body; the position is each part's Content-ID. */
export function multipartOf(paths: readonly string[], boundary: string): string {
  const parts = paths.map(
    (path, index) =>
      `--${boundary}\r\nContent-Type: application/http\r\nContent-ID: <${index}>\r\n\r\nGET ${path}\r\n\r\n`,
  );
  return `${parts.join('')}--${boundary}--\r\n`;
}

/** The boundary that the answer's Content-Type names. */
export function boundaryOf(contentType: string | null): string | undefined {
  const match = /^multipart\/mixed\s*;.*?boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(
    contentType ?? '',
  );
  return match?.[1] ?? match?.[2];
}

/**
 * The parts that can be read, in whatever order they came; `undefined` when the body has no such boundary.
 * A part that is cut off or unreadable is left out: its request counts as unanswered.
 */
export function partsOf(
  { body, bytes }: Pick<TransportAnswer, 'body' | 'bytes'>,
  boundary: string,
): PartAnswer[] | undefined {
  // A single letter beyond Latin-1 would make two bytes of each letter of all parts, to be read and to be kept.
  const text = bytes
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    : body;
  const decoded = bytes ? fromLatin1 : (part: string) => part;
  const sections = `\n${text}`.split(`\n--${boundary}`);
  if (sections.length < 2) return undefined;
  return sections.slice(1).flatMap((section) => partOf(section.replace(/^[ \t]*\r?\n/, ''), decoded) ?? []);
}

/** UTF-8 whose bytes were taken for letters of Latin-1. */
function fromLatin1(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString() : text;
}

function partOf(section: string, decoded: (part: string) => string): PartAnswer | undefined {
  const [outerHead, inner] = halves(section);
  if (outerHead === undefined || inner === undefined) return undefined;
  const index = /^content-id\s*:\s*<?response-<?(\d{1,4})>?\s*$/im.exec(outerHead)?.[1];
  const [innerHead, body = ''] = halves(inner);
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(innerHead ?? '')?.[1];
  if (index === undefined || status === undefined || innerHead === undefined) return undefined;
  const headers = headersOf(innerHead);
  return { index: Number(index), status: Number(status), headers, body: decoded(body).trim() };
}

function halves(text: string): [string | undefined, string | undefined] {
  const gap = /\r?\n\r?\n/.exec(text);
  if (gap === null) return [text, undefined];
  return [text.slice(0, gap.index), text.slice(gap.index + gap[0].length)];
}

// Looked up only for refusals, so not parsed for every part.
function headersOf(head: string): HeaderReader {
  return {
    get(name) {
      const line = head.split(/\r?\n/).find((each) => each.toLowerCase().startsWith(`${name}:`));
      return line === undefined ? null : line.slice(name.length + 1).trim();
    },
  };
}
