import { z } from 'zod';
import { labelId, mailboxId, messageId, threadId } from './ids.ts';
import { listOf, moment, pageQuery, safeText } from './text.ts';

export const address = z.object({ name: z.string(), address: z.string() });

/** A message in a list. */
export const emailSummary = z.object({
  id: messageId,
  mailboxId,
  threadId,
  subject: z.string(),
  from: address,
  to: z.array(address),
  snippet: z.string(),
  /** When Gmail received it; lists are in this order, newest first. */
  receivedAt: moment,
  labelIds: z.array(z.string()),
  unread: z.boolean(),
  starred: z.boolean(),
  hasAttachments: z.boolean(),
  /** Bytes, as Gmail estimates them. */
  size: z.number().int(),
});

export const attachment = z.object({
  id: z.string(),
  filename: z.string(),
  mimeType: z.string(),
  /** Bytes. */
  size: z.number().int(),
  /** Shown inside the text, not offered beside it. */
  inline: z.boolean(),
  contentId: z.string().nullable(),
});

export const emailContent = z.object({
  /** Sanitised, and still to be shown only in a sandboxed frame with a CSP of its own. */
  html: z.string().nullable(),
  text: z.string().nullable(),
  attachments: z.array(attachment),
  /** What was wrong with the message, by name. */
  flaws: z.array(z.string()),
  /** Remote images were taken out; ask with `images=1` to have them. */
  remoteImagesBlocked: z.boolean(),
});

export const emailDetail = emailSummary.extend({
  cc: z.array(address),
  bcc: z.array(address),
  replyTo: z.array(address),
  /** The Message-ID header. */
  messageIdHeader: z.string().nullable(),
  /** Null while it is not fetched yet; the request has put it at the head of the queue. */
  content: emailContent.nullable(),
});

export const emailList = listOf(emailSummary);

export const emailListQuery = pageQuery({ defaultLimit: 50, maxLimit: 200 }).extend({
  mailboxId: mailboxId.optional(),
  label: labelId.optional(),
  /** Gmail's search operators: from: to: subject: label: is: has: before: after: and "quoted phrases". */
  q: safeText(500).optional(),
});

export const emailQuery = z.strictObject({ images: z.enum(['0', '1']).default('0') });

/**
 * Why content is asked for that is not here: it decides how urgent it is and how long it is kept. A person (`viewing`) and
 * a program that decides by it (`rules`) are waited for a moment; the others answer 202 at once, and `prefetch` fetches
 * only from quota that nobody else needs.
 */
export const contentReason = z.enum(['viewing', 'prefetch', 'rules', 'background']).meta({
  description:
    'Why content is asked for that is not here yet. viewing: a person waits (ahead of everything, kept 24 h). ' +
    'rules: a program decides by it (ahead of the backfill, kept 1 h, at most 1 MB). background: nobody waits (with ' +
    'the backfill, kept 7 days, at most 500 kB). prefetch: a guess (only from spare quota, kept 6 h, at most 2 MB). ' +
    'The times and sizes hold where the sync keeps no content of its own.',
});

export const emailDetailQuery = emailQuery.extend({ reason: contentReason.default('viewing') });

export const thread = z.object({
  id: threadId,
  mailboxId,
  subject: z.string(),
  /** Oldest first. */
  messages: z.array(emailSummary),
});

export const label = z.object({
  id: z.string(),
  mailboxId,
  name: z.string(),
  type: z.enum(['system', 'user']),
  total: z.number().int(),
  unread: z.number().int(),
});

export const labelList = listOf(label);

export const failure = z.object({
  messageId,
  mailboxId,
  reason: z.string().nullable(),
  attempts: z.number().int(),
  failedAt: moment,
});

export const failureList = listOf(failure);
export const failureListQuery = pageQuery({ defaultLimit: 50, maxLimit: 200 }).extend({
  mailboxId: mailboxId.optional(),
});

/** Which failed messages are tried again; with neither field, all of the caller's. */
export const replayBody = z.strictObject({
  mailboxId: mailboxId.optional(),
  messageIds: z.array(messageId).min(1).max(1_000).optional(),
});

export type Address = z.infer<typeof address>;
export type Attachment = z.infer<typeof attachment>;
export type EmailSummary = z.infer<typeof emailSummary>;
export type EmailContent = z.infer<typeof emailContent>;
export type EmailDetail = z.infer<typeof emailDetail>;
export type Thread = z.infer<typeof thread>;
export type Label = z.infer<typeof label>;
export type Failure = z.infer<typeof failure>;
