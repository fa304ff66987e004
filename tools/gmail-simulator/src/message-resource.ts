// Gmail's JSON for a message. Built from the raw bytes when it is asked for, and kept compressed, so
// that a mailbox of 100,000 messages fits in memory and a second asker costs nothing.
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Mailbox, StoredMessage } from './mailbox.ts';
import { mimeTree } from './mime-tree.ts';
import type { Part } from './mime-tree.ts';

export type Format = 'minimal' | 'metadata' | 'full' | 'raw';

interface Body {
  payload: Part;
  snippet: string;
}

const bodies = new WeakMap<StoredMessage, Buffer>();

async function bodyOf(mailbox: Mailbox, message: StoredMessage): Promise<Body> {
  const kept = bodies.get(message);
  if (kept) return JSON.parse(gunzipSync(kept).toString()) as Body;
  const { payload, text } = await mimeTree(mailbox.rawOf(message));
  const body = { payload, snippet: snippetOf(text) };
  bodies.set(message, gzipSync(JSON.stringify(body), { level: 1 }));
  return body;
}

export async function messageResource(
  mailbox: Mailbox,
  message: StoredMessage,
  format: Format,
  metadataHeaders: string[] = [],
): Promise<Record<string, unknown>> {
  const body = await bodyOf(mailbox, message);
  const base = {
    id: message.id,
    threadId: message.threadId,
    labelIds: [...message.labelIds],
    snippet: body.snippet,
    sizeEstimate: message.size,
    historyId: String(message.historyId),
    internalDate: String(message.internalDate),
  };
  if (format === 'minimal') return base;
  if (format !== 'metadata') message.served += 1;
  if (format === 'raw') return { ...base, raw: mailbox.rawOf(message).toString('base64url') };
  if (format === 'full') return { ...base, payload: body.payload };
  const wanted = new Set(metadataHeaders.map((name) => name.toLowerCase()));
  const { mimeType, headers } = body.payload;
  const kept = wanted.size === 0 ? headers : headers.filter(({ name }) => wanted.has(name.toLowerCase()));
  return { ...base, payload: { mimeType, headers: kept } };
}

export async function attachmentResource(mailbox: Mailbox, message: StoredMessage, attachmentId: string) {
  const { attachments } = await mimeTree(mailbox.rawOf(message));
  const bytes = attachments.get(attachmentId);
  return bytes && { size: bytes.length, data: bytes.toString('base64url') };
}

function snippetOf(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim().slice(0, 200).toWellFormed();
  return plain
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&#39;');
}
