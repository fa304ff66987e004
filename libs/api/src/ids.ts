import { z } from 'zod';

/** Public ids carry their kind, so that one kind is never taken for another. */
export const mailboxId = z.string().regex(/^mb_[a-z0-9]{16}$/, 'is not the id of a mailbox');
export const userId = z.string().regex(/^usr_[a-z0-9]{16}$/, 'is not the id of a user');
export const messageId = z.string().regex(/^msg_[a-z0-9]{16}_[0-9a-f]{1,16}$/, 'is not the id of a message');
export const threadId = z.string().regex(/^thr_[a-z0-9]{16}_[0-9a-f]{1,16}$/, 'is not the id of a thread');
/** Gmail's own id of a label: `INBOX`, `UNREAD`, `Label_12`. Labels are unique within a mailbox. */
export const labelId = z.string().regex(/^[\w^-]{1,200}$/, 'is not the id of a label');
