// A message taken apart along its boundaries. Synchronous and without a stream: a library that emits an
// event for each line takes ten times as long, and a mailbox of 100,000 is taken apart before it is served.
import libmime from 'libmime';

export interface Header {
  name: string;
  /** Unfolded, a character for each byte. */
  value: string;
}

export interface Entity {
  headers: Header[];
  /** In lower case; text/plain when it is missing or unreadable. */
  mimeType: string;
  charset: string;
  filename: string;
  /** In lower case, without parameters. */
  disposition: string;
  encoding: string;
  /** Encoded, a character for each byte; empty for a multipart. */
  body: string;
  /** `undefined`: no multipart. */
  children: Entity[] | undefined;
}

// Nobody writes mail that deep; somebody writes it to overflow a stack.
const deepest = 50;

/** `text` has a character for each byte (latin1). */
export function entityOf(text: string, depth = 0): Entity {
  const { head, body } = halves(text);
  const headers = headersOf(head);
  const type = structured(headers, 'content-type');
  const disposition = structured(headers, 'content-disposition');
  const mimeType = /^[\w.+-]+\/[\w.+-]+$/.test(type.value) ? type.value.toLowerCase() : 'text/plain';
  const { boundary } = type.params;
  const isMultipart = mimeType.startsWith('multipart/') && boundary !== undefined && depth < deepest;
  const parts = isMultipart ? sections(body, boundary) : [];
  const children = parts.length > 0 ? parts.map((part) => entityOf(part, depth + 1)) : undefined;
  return {
    headers,
    mimeType,
    charset: type.params['charset'] ?? '',
    filename: disposition.params['filename'] ?? type.params['name'] ?? '',
    disposition: disposition.value.toLowerCase(),
    encoding: (valueOf(headers, 'content-transfer-encoding') ?? '').trim().toLowerCase(),
    body: children ? '' : body,
    children,
  };
}

function halves(text: string): { head: string; body: string } {
  const blank = /^\r?\n/.exec(text);
  if (blank) return { head: '', body: text.slice(blank[0].length) };
  const gap = /\r?\n\r?\n/.exec(text);
  if (gap) return { head: text.slice(0, gap.index), body: text.slice(gap.index + gap[0].length) };
  return /^[!-9;-~]+[ \t]*:/.test(text) ? { head: text, body: '' } : { head: '', body: text };
}

function headersOf(head: string): Header[] {
  return head.split(/\r?\n(?![ \t])/).flatMap((line) => {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim();
    if (colon < 1 || name === '' || name.startsWith('From ')) return [];
    return [
      {
        name,
        value: line
          .slice(colon + 1)
          .replace(/\r?\n/g, '')
          .trim(),
      },
    ];
  });
}

function valueOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find((header) => header.name.toLowerCase() === name)?.value;
}

function structured(
  headers: readonly Header[],
  name: string,
): { value: string; params: Record<string, string> } {
  const value = valueOf(headers, name);
  if (value === undefined) return { value: '', params: {} };
  try {
    const parsed = libmime.parseHeaderValue(value);
    return { value: String(parsed.value ?? ''), params: parsed.params as Record<string, string> };
  } catch {
    return { value: '', params: {} };
  }
}

/** What stands between the lines `--boundary`; a message that was cut off ends its last part. */
function sections(body: string, boundary: string): string[] {
  const marker = `--${boundary}`;
  const found: string[] = [];
  let start = -1;
  for (let at = body.indexOf(marker); at !== -1; at = body.indexOf(marker, at + marker.length)) {
    if (at > 0 && body[at - 1] !== '\n') continue;
    const end = /^(--)?[ \t]*(?:\r?\n|$)/.exec(body.slice(at + marker.length, at + marker.length + 80));
    if (!end) continue;
    // The line end before a boundary belongs to the boundary.
    if (start !== -1) found.push(body.slice(start, at).replace(/\r?\n$/, ''));
    start = end[1] === undefined ? at + marker.length + end[0].length : -1;
    if (start === -1) return found;
  }
  if (start !== -1) found.push(body.slice(start));
  return found;
}
