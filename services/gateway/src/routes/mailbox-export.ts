import type { Routes } from '@finito/api';
import { parseMessageId } from '@finito/db';
import type { Db, ExportPlace } from '@finito/db';
import { create as contentDisposition } from 'content-disposition';
import { InvalidRequestError, MailboxNotWholeError, NotFoundError } from '../errors.ts';
import type { Handler, Handlers } from '../handler.ts';
import type { MailboxExports } from '../mailbox-export.ts';

export interface ExportNeeds {
  db: Pick<Db, 'exportReads' | 'mailboxReads'>;
  exports: MailboxExports;
}

export function exportRoutes(needs: ExportNeeds): Pick<Handlers, 'exportMailbox'> {
  return { exportMailbox: exportMailbox(needs) };
}

function exportMailbox({ db, exports }: ExportNeeds): Handler<Routes['exportMailbox']> {
  return async ({ principal, params, query, request, response, log }) => {
    const [mailbox] = await db.mailboxReads.list(principal.userId, params.id);
    if (!mailbox) throw new NotFoundError('no such mailbox');
    const { id: mailboxId, state, pending, emailAddress } = mailbox;
    const isWhole = pending === 0 && state !== 'syncing' && state !== 'resyncing';
    if (!isWhole && query.partial !== '1') throw new MailboxNotWholeError('messages are still to be stored');
    if (request.httpVersion === '1.0') throw new InvalidRequestError([tooOld]);
    const after = query.after === undefined ? undefined : await placeOf(db, mailboxId, query.after);

    const headers = {
      'Content-Type': 'application/mbox',
      'Content-Disposition': contentDisposition(`${emailAddress}.mbox`),
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cache-Control': 'private, no-store',
      'X-Export-Messages': String(await db.exportReads.count(mailboxId, after)),
    };
    if (request.method === 'HEAD') response.writeHead(200, headers).end();
    else await exports.write({ mailboxId, after, headers, log }, response);
    return undefined;
  };
}

const tooOld = {
  path: 'protocol',
  message: 'must be HTTP/1.1 or later: in HTTP/1.0 a file that was cut looks whole',
};

async function placeOf(db: ExportNeeds['db'], mailboxId: string, messageId: string): Promise<ExportPlace> {
  const key = parseMessageId(messageId);
  const place =
    key?.mailboxId === mailboxId ? await db.exportReads.placeOf(mailboxId, key.gmailId) : undefined;
  if (!place) throw new NotFoundError('no such message in this mailbox');
  return place;
}
