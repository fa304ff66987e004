// Rows as the contract tells them.
import type { EmailDetail, EmailSummary } from '@finito/api';
import { messageIdFrom, threadIdFrom } from '@finito/db';
import type { EmailEnvelope } from '@finito/db';

export function emailSummaryOf(row: EmailEnvelope): EmailSummary {
  const { mailboxId, gmailId, subject, snippet, labelIds, hasAttachments, size } = row;
  return {
    id: messageIdFrom(mailboxId, gmailId),
    mailboxId,
    threadId: threadIdFrom(mailboxId, row.threadId),
    subject,
    from: { name: row.fromName, address: row.fromAddress },
    to: row.recipients.to ?? [],
    snippet: plainSnippet(snippet),
    receivedAt: row.receivedAt.toISOString(),
    labelIds,
    unread: labelIds.includes('UNREAD'),
    starred: labelIds.includes('STARRED'),
    hasAttachments,
    size,
  };
}

export function emailEnvelopeOf(row: EmailEnvelope): Omit<EmailDetail, 'content'> {
  const { cc = [], bcc = [], replyTo = [] } = row.recipients;
  return { ...emailSummaryOf(row), cc, bcc, replyTo, messageIdHeader: row.messageId };
}

/** Gmail writes snippets as HTML text. */
function plainSnippet(snippet: string): string {
  return snippet.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (entity, name: string) => entities[name] ?? entity);
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };
