import { z } from 'zod';
import { userId } from './ids.ts';
import { listOf, moment, pageQuery } from './text.ts';

export const webhookId = z.string().regex(/^wh_[a-z0-9]{16}$/);

/** `ping` is sent by `POST …/test` only. */
const eventType = z.enum(['message-stored', 'message-changed', 'message-gone', 'mailbox-state']);

const webhookUrl = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .refine((text) => {
    // What is no URL was refused above; the later checks run all the same.
    const url = URL.parse(text);
    return url === null || (url.username === '' && url.password === '' && url.hash === '');
  }, 'must carry neither credentials nor a fragment');

export const webhookBody = z.strictObject({
  url: webhookUrl,
  /** All unless told. */
  events: z
    .array(eventType)
    .min(1)
    .max(10)
    .default([...eventType.options]),
  /** Of whose mailboxes it is told; of all unless told. */
  userId: userId.optional(),
});

export const webhook = z.object({
  id: webhookId,
  url: z.string(),
  events: z.array(z.string()),
  userId: z.string().nullable(),
  /** `failing`: the last tries had no success. `disabled`: it failed for three days, or answered 410. */
  state: z.enum(['active', 'failing', 'disabled']),
  /** Events that wait to be sent. */
  pending: z.number().int(),
  failingSince: moment.nullable(),
  /** A name: `status`, `timeout`, `unreachable`, `name-unknown`, `certificate`, `address-refused`. */
  lastError: z.string().nullable(),
  lastDeliveredAt: moment.nullable(),
  createdAt: moment,
});

/** The only time the secret is shown: `whsec_` and base64, as Standard Webhooks has it. */
export const newWebhook = webhook.extend({ secret: z.string() });
export const webhookList = listOf(webhook);

const deliveryState = z.enum(['pending', 'delivered', 'failed']);

export const deliveryQuery = pageQuery({ defaultLimit: 50, maxLimit: 200 }).extend({
  state: deliveryState.optional(),
});

export const webhookDelivery = z.object({
  /** As in the header `webhook-id`; the same each time that an event is sent again. */
  eventId: z.string(),
  type: z.string(),
  state: deliveryState,
  attempts: z.number().int(),
  /** Of the next try, while it is pending. */
  dueAt: moment.nullable(),
  /** What the receiver answered last, if it did. */
  lastStatus: z.number().int().nullable(),
  lastError: z.string().nullable(),
  createdAt: moment,
  doneAt: moment.nullable(),
});

export const deliveryList = listOf(webhookDelivery);

export type Webhook = z.infer<typeof webhook>;
