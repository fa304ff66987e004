// Google's batch: many calls in one request. Each part is a call of its own, with its own units, its own
// refusal and its own status inside the outer 200.
import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { badRequest } from '../google-error.ts';
import { sizeOf } from '../mailbox/packed-json.ts';
import type { Piece } from '../mailbox/packed-json.ts';

export interface BatchCall {
  contentId: string | undefined;
  verb: string;
  /** With its query. */
  path: string;
  /** Of the part; absent: the outer request's. */
  authorization: string | undefined;
  body: string;
}

export interface PartAnswer {
  status: number;
  body: Piece[];
  headers: Record<string, string>;
}

const largest = 100;

/** @throws GoogleError 400 when the whole cannot be read, or holds too many. */
export function parseBatch(contentType: string, body: string): BatchCall[] {
  const boundary = /^multipart\/mixed\s*;.*?boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw badRequest('Failed to parse batch request, error: missing boundary.');
  const parts = sections(body, name).map(parsePart);
  if (parts.length === 0) {
    throw badRequest('Failed to parse batch request, error: 0 items. Received batch body: (empty)');
  }
  if (parts.length > largest) {
    throw badRequest(
      `The batch request could not be processed. Inner request count exceeds the limit. Received: ${parts.length}, Limit: ${largest}`,
    );
  }
  return parts;
}

/** The answers in the order of their calls, under a boundary of the server's own. */
export function batchAnswer(calls: readonly BatchCall[], answers: readonly PartAnswer[]) {
  const boundary = `batch_${randomBytes(12).toString('base64url')}`;
  const body = answers.flatMap((answer, index): Piece[] => {
    const { status, headers } = answer;
    const { contentId } = calls[index]!;
    const lines = [
      `--${boundary}`,
      'Content-Type: application/http',
      ...(contentId === undefined ? [] : [`Content-ID: <response-${contentId}>`]),
      '',
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      ...(status === 204 ? [] : ['Content-Type: application/json; charset=UTF-8']),
      ...Object.entries(headers).map(([header, value]) => `${header}: ${value}`),
      `Content-Length: ${sizeOf(answer.body)}`,
    ];
    return [Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), ...answer.body, Buffer.from('\r\n')];
  });
  return {
    contentType: `multipart/mixed; boundary=${boundary}`,
    body: [...body, Buffer.from(`--${boundary}--\r\n`)],
  };
}

function sections(body: string, boundary: string): string[] {
  const escaped = boundary.replace(/[^\w]/g, '\\$&');
  const pieces = body.split(new RegExp(`(?:^|\\r?\\n)--${escaped}(--)?[ \\t]*(?=\\r?\\n|$)`));
  // The split keeps the closing dashes: [preamble, undefined, part, undefined, part, '--', epilogue].
  const found: string[] = [];
  for (let at = 1; at + 1 < pieces.length; at += 2) {
    if (pieces[at] !== undefined) break;
    found.push(pieces[at + 1]!.replace(/^\r?\n/, ''));
  }
  return found;
}

function parsePart(part: string): BatchCall {
  const [outer, inner] = halves(part);
  const [head, body] = halves(inner);
  const [requestLine = '', ...lines] = head.split(/\r?\n/);
  const match = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?\s*$/.exec(requestLine);
  if (!match) throw badRequest('Failed to parse batch request, error: Failed in parsing HTTP request line.');
  const [, verb = '', target = ''] = match;
  const header = (name: string, from: string[]) =>
    from
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  return {
    contentId: header('content-id', outer.split(/\r?\n/))?.replace(/^<|>$/g, ''),
    verb,
    path: target.replace(/^https?:\/\/[^/]+/i, ''),
    authorization: header('authorization', lines),
    body,
  };
}

function halves(text: string): [string, string] {
  // A part without headers begins with the empty line that would end them.
  const gap = /^\r?\n/.exec(text) ?? /\r?\n\r?\n/.exec(text);
  return gap ? [text.slice(0, gap.index), text.slice(gap.index + gap[0].length)] : [text, ''];
}
