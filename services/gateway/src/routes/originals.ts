import type { Routes } from '@finito/api';
import type { Db } from '@finito/db';
import { parseMessageId } from '@finito/db';
import { create as contentDisposition } from 'content-disposition';
import { NotFoundError } from '../errors.ts';
import { etagOf, isKnown } from '../etag.ts';
import type { GmailReads } from '../gmail-reads.ts';
import type { GatewayResponse, Handler, Handlers } from '../handler.ts';

export interface OriginalsNeeds {
  db: Pick<Db, 'emailReads'>;
  gmailReads: GmailReads;
}

/**
 * The message as it was sent, and its attachments: bytes that strangers made, never shown as a page of ours. They never
 * change: for whoever has them, their tag spares the call to Gmail and its units.
 */
export function originalsRoutes(needs: OriginalsNeeds): Pick<Handlers, 'getRaw' | 'getAttachment'> {
  return { getRaw: getRaw(needs), getAttachment: getAttachment(needs) };
}

function getRaw({ db, gmailReads }: OriginalsNeeds): Handler<Routes['getRaw']> {
  return async ({ principal, params, request, response }) => {
    const { key } = await find(db, principal.userId, params.id);
    if (isKnown(request, response, etagOf(params.id, 'raw'))) return undefined;
    const bytes = await gmailReads.raw(key, untilGone(response));
    send(response, bytes, { type: 'message/rfc822', filename: `${key.gmailId}.eml` });
    return undefined;
  };
}

function getAttachment({ db, gmailReads }: OriginalsNeeds): Handler<Routes['getAttachment']> {
  return async ({ principal, params, request, response }) => {
    const { key, row } = await find(db, principal.userId, params.id);
    const attachment = row.content?.attachments.find(({ partId }) => partId === params.attachmentId);
    if (!attachment) throw new NotFoundError('no such attachment');
    if (isKnown(request, response, etagOf(params.id, params.attachmentId))) return undefined;
    const { id: kept, partId, filename } = attachment;
    const bytes = await gmailReads.attachment(key, { partId, kept }, untilGone(response));
    // The sender's media type is not repeated: a browser must not open it as what a stranger says it is.
    send(response, bytes, { type: 'application/octet-stream', filename });
    return undefined;
  };
}

async function find(db: OriginalsNeeds['db'], userId: string, id: string) {
  const key = parseMessageId(id);
  const row = key && (await db.emailReads.find(userId, key));
  if (!row) throw new NotFoundError('no such message');
  return { key, row };
}

function send(
  response: GatewayResponse,
  bytes: Buffer,
  { type, filename }: { type: string; filename: string },
): void {
  response.set({
    'Content-Type': type,
    'Content-Disposition': contentDisposition(filename),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, no-store',
  });
  response.send(bytes);
}

/** Nobody waits for the bytes any more, or has waited long enough. */
function untilGone(response: GatewayResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, AbortSignal.timeout(readTimeoutMs)]);
}

const readTimeoutMs = 20_000;
