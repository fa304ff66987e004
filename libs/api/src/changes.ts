import { z } from 'zod';
import { labelId, messageId } from './ids.ts';

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

export type ModifyBody = z.input<typeof modifyBody>;
export type BulkActionBody = z.infer<typeof bulkActionBody>;
