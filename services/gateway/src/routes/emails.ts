import type { Routes } from '@finito/api';
import { mailDocument } from '@finito/content';
import type { Sanitiser } from '@finito/content';
import { parseMessageId, parseThreadId } from '@finito/db';
import type { Db, MessageKey } from '@finito/db';
import { findWithContent } from '../content-on-demand.ts';
import type { ContentOnDemandNeeds } from '../content-on-demand.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { emailEnvelopeOf, emailSummaryOf } from '../email-views.ts';
import { NotFoundError } from '../errors.ts';
import type { GatewayResponse, Handler, Handlers } from '../handler.ts';
import { placesOf, withPictures } from '../inline-pictures.ts';
import type { InlinePictures } from '../inline-pictures.ts';
import { searchFilter } from '../search-query.ts';
import { mailFramePolicy } from '../security-headers.ts';

export interface EmailNeeds extends ContentOnDemandNeeds {
  db: Pick<Db, 'contents' | 'emailReads' | 'labelReads'>;
  sanitiser: Sanitiser;
  pictures: InlinePictures;
}

type EmailRoutes = 'listEmails' | 'getEmail' | 'getEmailDocument' | 'getThread' | 'listLabels';

export function emailRoutes(needs: EmailNeeds): Pick<Handlers, EmailRoutes> {
  const { db } = needs;
  return {
    async listEmails({ principal, query: { q, label, mailboxId, cursor, limit } }) {
      const from = cursor === undefined ? undefined : timeCursor(cursor);
      const rows = await db.emailReads.list(principal.userId, {
        filter: { ...searchFilter({ q, label }), ...(mailboxId !== undefined && { mailboxId }) },
        ...(from && { after: { receivedAt: from.at, gmailId: from.gmailId, mailboxId: from.mailboxId } }),
        limit: limit + 1,
      });
      return pageOf(rows, limit, {
        item: emailSummaryOf,
        place: (row) => [row.receivedAt.getTime(), row.gmailId, row.mailboxId],
      });
    },
    getEmail: getEmail(needs),
    getEmailDocument: getEmailDocument(needs),
    async getThread({ principal, params }) {
      const key = keyOf(parseThreadId(params.id));
      const messages = await db.emailReads.listThread(principal.userId, key);
      const [first] = messages;
      if (!first) throw new NotFoundError('no such thread');
      const { mailboxId } = key;
      return { id: params.id, mailboxId, subject: first.subject, messages: messages.map(emailSummaryOf) };
    },
    async listLabels({ principal, query: { mailboxId } }) {
      const labels = await db.labelReads.list(principal.userId, mailboxId);
      return { items: labels.map(({ gmailId, ...label }) => ({ id: gmailId, ...label })), nextCursor: null };
    },
  };
}

function getEmail(needs: EmailNeeds): Handler<Routes['getEmail']> {
  return async ({ principal, params, query, response }) => {
    const key = keyOf(parseMessageId(params.id));
    const found = await findWithContent(
      needs,
      principal.userId,
      { ...key, reason: query.reason },
      untilGone(response),
    );
    if (!found) throw new NotFoundError('no such message');
    const { email: row, retryAfterMs } = found;
    if (!row.content) {
      response.status(202).set('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
      return { ...emailEnvelopeOf(row), content: null };
    }
    const { text, attachments, flaws } = row.content;
    const clean = await sanitised(needs, row.content.html, query.images === '1');
    return {
      ...emailEnvelopeOf(row),
      content: {
        html: clean?.html ?? null,
        text: text ?? clean?.text ?? null,
        attachments: attachments.map(({ partId, filename, mimeType, size, contentId, inline }) => ({
          ...{ id: partId, filename, mimeType, size, contentId, inline },
        })),
        flaws: [...new Set([...flaws, ...(clean?.flaws ?? [])])],
        remoteImagesBlocked: clean?.remoteImagesBlocked ?? false,
      },
    };
  };
}

/** The content as a document that runs nothing and belongs to no origin, whatever the mail is made of. */
function getEmailDocument(needs: EmailNeeds): Handler<Routes['getEmailDocument']> {
  return async ({ principal, params, query, response }) => {
    const key = keyOf(parseMessageId(params.id));
    const content = (await needs.db.emailReads.find(principal.userId, key))?.content;
    if (!content) throw new NotFoundError('the content is not here yet');
    const remoteImages = query.images === '1';
    const pictures = await needs.pictures.of(key, content, untilGone(response));
    const clean = await sanitised(needs, content.html, remoteImages, placesOf(pictures));
    const html = clean === null || clean.html === '' ? null : withPictures(clean.html, pictures);
    const flaws = [...new Set([...content.flaws, ...(clean?.flaws ?? [])])];
    response.set('Content-Security-Policy', mailFramePolicy({ remoteImages }));
    response.set({ 'X-Frame-Options': 'SAMEORIGIN', 'Cache-Control': 'private, no-store' });
    response.type('html').send(mailDocument({ html, text: content.text ?? clean?.text ?? null, flaws }));
  };
}

async function sanitised(
  { sanitiser }: EmailNeeds,
  html: string | null,
  images: boolean,
  inlineImages: Record<string, string> = {},
) {
  return html === null ? null : sanitiser.sanitise(html, { images, inlineImages });
}

function untilGone(response: GatewayResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

function keyOf(key: MessageKey | undefined): MessageKey {
  if (!key) throw new NotFoundError('no such id');
  return key;
}
