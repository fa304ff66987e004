import { z } from 'zod';
import { labelId, mailboxId, messageId } from './ids.ts';
import { safeText } from './text.ts';

const labels = z.array(labelId).max(100).default([]);

/** A change of labels: `UNREAD` off is "read", `INBOX` off is "archive", `STARRED` on is "star". */
export const modifyBody = z
  .strictObject({ addLabelIds: labels, removeLabelIds: labels })
  .refine((change) => change.addLabelIds.length + change.removeLabelIds.length > 0, 'changes nothing');

export const bulkActionBody = z.strictObject({
  messageIds: z.array(messageId).min(1).max(1_000),
  action: z.enum(['read', 'unread', 'star', 'unstar', 'archive', 'unarchive', 'trash', 'untrash']),
});

/** Said at once; Gmail is told by a worker. */
export const accepted = z.object({ accepted: z.number().int() });

/** One line of a header: nobody smuggles in another one. */
const headerText = (maxLength: number) =>
  safeText(maxLength).regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line');
const recipient = z.strictObject({ name: headerText(200).default(''), address: z.email().max(254) });
const recipients = z.array(recipient).max(100).default([]);

/** The header `Idempotency-Key` goes with it: sent again under the same key, it is the same message. */
export const sendBody = z
  .strictObject({
    mailboxId,
    to: recipients,
    cc: recipients,
    bcc: recipients,
    subject: headerText(998).default(''),
    text: safeText(500_000).default(''),
    /** The message that is answered: its conversation goes on. */
    inReplyTo: messageId.optional(),
  })
  .refine(({ to, cc, bcc }) => to.length + cc.length + bcc.length > 0, 'has no recipient');

/** `queued` until Gmail has it; ask again with the same key and body to learn more. */
export const sending = z.object({
  state: z.enum(['queued', 'sent', 'failed']),
  /** Why it failed. */
  reason: z.string().nullable(),
  /** Of the message in SENT, once it is sent. */
  messageId: messageId.nullable(),
});

export type ModifyBody = z.input<typeof modifyBody>;
export type BulkActionBody = z.infer<typeof bulkActionBody>;
export type SendBody = z.infer<typeof sendBody>;
export type SentMessage = z.infer<typeof sending>;
