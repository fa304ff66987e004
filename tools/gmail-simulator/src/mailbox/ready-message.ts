// Gmail's JSON for a message, made once from the raw bytes and kept as text that is ready to be sent. In
// three pieces, so that each format is a few of them and what changes (labels, history id) stands apart.
import { keep } from './arena.ts';
import { pack, plainOf } from './packed-json.ts';
import type { Packed, Piece } from './packed-json.ts';
import type { Mailbox, StoredMessage } from './mailbox.ts';
import { mimeTree } from './mime-tree.ts';

export interface ReadyMessage {
  /** `{"id":…,"internalDate":…`: what `format=minimal` has. */
  base: Buffer;
  /** `,"payload":{"mimeType":…,"headers":[…]`: what `format=metadata` has besides. */
  head: Packed;
  /** The rest of the payload, and its closing brace. */
  rest: Packed;
}

export async function readyMessage(mailbox: Mailbox, message: StoredMessage): Promise<ReadyMessage> {
  if (message.ready) return message.ready;
  const { payload, text } = mimeTree(mailbox.rawOf(message));
  const { id, threadId, size, internalDate } = message;
  const base = {
    id,
    threadId,
    snippet: snippetOf(text),
    sizeEstimate: size,
    internalDate: String(internalDate),
  };
  const { mimeType, headers, ...others } = payload;
  message.ready = {
    base: keep(Buffer.from(open(base))),
    head: pack(`,"payload":${open({ mimeType, headers })}`),
    rest: pack(`,${JSON.stringify(others).slice(1)}`),
  };
  return message.ready;
}

export type Format = 'minimal' | 'metadata' | 'full' | 'raw';

/** The whole answer in a format. */
export async function messagePieces(
  mailbox: Mailbox,
  message: StoredMessage,
  format: Format,
): Promise<Piece[]> {
  const { base, head, rest } = await readyMessage(mailbox, message);
  const changing = tail(message);
  switch (format) {
    case 'minimal':
      return [base, Buffer.from(changing)];
    case 'metadata':
      return [base, head, Buffer.from(`}${changing}`)];
    case 'full':
      return [base, head, rest, Buffer.from(changing)];
    case 'raw':
      return [base, Buffer.from(`,"raw":"${mailbox.rawOf(message).toString('base64url')}"${changing}`)];
  }
}

/** The same as an object, for a mask or a choice of headers to be applied. */
export async function messageResource(
  mailbox: Mailbox,
  message: StoredMessage,
  { format, metadataHeaders }: { format: Format; metadataHeaders: readonly string[] },
): Promise<Record<string, unknown>> {
  const pieces = await messagePieces(mailbox, message, format);
  const resource = JSON.parse(plainOf(pieces).toString()) as Record<string, unknown>;
  if (format !== 'metadata' || metadataHeaders.length === 0) return resource;
  const wanted = new Set(metadataHeaders.map((name) => name.toLowerCase()));
  const payload = resource['payload'] as { headers: { name: string }[] };
  payload.headers = payload.headers.filter(({ name }) => wanted.has(name.toLowerCase()));
  return resource;
}

// Gmail leaves out what is empty.
function tail({ labelIds, historyId }: StoredMessage): string {
  const labels = labelIds.size > 0 ? `,"labelIds":${JSON.stringify([...labelIds])}` : '';
  return `${labels},"historyId":"${historyId}"}`;
}

function open(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}

function snippetOf(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim().slice(0, 200).toWellFormed();
  return plain
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
