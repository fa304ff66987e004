import { badRequest } from '../google-error.ts';
import { jsonBody } from '../gmail-api.ts';

/**
 * The body of an `/upload/` call as the plain call would have it: the message comes as bytes, alone
 * (`uploadType=media`) or behind its JSON (`multipart`).
 */
export function uploadedBody(url: URL, contentType: string, bytes: Buffer): Record<string, unknown> {
  const { json, message } = split(url.searchParams.get('uploadType'), contentType, bytes);
  const raw = message.toString('base64url');
  if (!url.pathname.includes('/drafts')) return { ...json, raw };
  const draft = typeof json['message'] === 'object' ? json['message'] : {};
  return { ...json, message: { ...draft, raw } };
}

function split(type: string | null, contentType: string, bytes: Buffer) {
  if (type === 'media') return { json: {}, message: bytes };
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const name = boundary?.[1] ?? boundary?.[2];
  if (type !== 'multipart' || name === undefined)
    throw badRequest(`Unsupported uploadType: ${type ?? 'none'}`);
  const parts = bytes.toString('latin1').split(`--${name}`).slice(1, -1).map(contentOf);
  const [json, message] = parts;
  if (json === undefined || message === undefined) throw badRequest('Multipart must have exactly two parts');
  return { json: jsonBody(json), message };
}

function contentOf(part: string): Buffer {
  const gap = /\r?\n\r?\n/.exec(part);
  const content = gap ? part.slice(gap.index + gap[0].length) : '';
  return Buffer.from(content.replace(/\r?\n$/, ''), 'latin1');
}
