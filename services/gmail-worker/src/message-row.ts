// A Gmail message as it is stored. Never throws for a strange message: what cannot be read is left
// empty and named in `flaws`; only a message without an id or a date is refused.
import { contentFromPayload, envelopeFromHeaders } from '@finito/content';
import type { MessageRow } from '@finito/db';
import { GmailBadAnswerError } from '@finito/gmail';
import type { GmailMessage } from '@finito/gmail';

export function messageRow(message: GmailMessage, { withContent }: { withContent: boolean }): MessageRow {
  const { historyId, internalDate, payload } = message;
  if (historyId === undefined || internalDate === undefined || !payload) {
    throw new GmailBadAnswerError({ operation: 'messages.get', reason: 'missing-field' });
  }
  const { messageId, subject, from, to, cc, bcc, replyTo } = envelopeFromHeaders(payload.headers ?? []);
  const content = withContent ? contentFromPayload(payload) : null;
  return {
    gmailId: message.id,
    threadId: message.threadId,
    historyId,
    receivedAt: receivedAt(internalDate),
    subject,
    from,
    recipients: { to, cc, bcc, replyTo },
    messageId,
    labelIds: message.labelIds ?? [],
    size: sizeOf(message.sizeEstimate),
    snippet: (message.snippet ?? '').replaceAll('\u0000', '').toWellFormed(),
    hasAttachments: content?.attachments.some(({ inline }) => !inline) ?? false,
    content,
  };
}

function sizeOf(estimate: unknown): number {
  const bytes = Math.trunc(Number(estimate ?? 0));
  return Number.isNaN(bytes) ? 0 : Math.min(Math.max(0, bytes), 2 ** 31 - 1);
}

/** Spam is dated in years that Postgres cannot write; the ends of what JavaScript and Postgres share stand in. */
function receivedAt(internalDate: string): Date {
  const earliest = Date.parse('0001-01-01T00:00:00Z');
  const latest = Date.UTC(9999, 0, 1);
  return new Date(Math.min(Math.max(Number(internalDate), earliest), latest));
}
