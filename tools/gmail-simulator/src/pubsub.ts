// Google Pub/Sub as far as Gmail's notifications need it: subscriptions that push to a URL, with the
// signed token that Google sends, and subscriptions that are pulled. At least once: what is not
// acknowledged comes again.
import { randomUUID } from 'node:crypto';
import type { Journal, Subscription } from './mailbox/journal.ts';

interface Message {
  /** Base64. */
  data: string;
  messageId: string;
  publishTime: string;
}

interface Waiting {
  message: Message;
  /** Not handed out before, in milliseconds since 1970. */
  dueAt: number;
  ackId: string;
  attempts: number;
}

interface Subscribed extends Subscription {
  name: string;
  waiting: Map<string, Waiting>;
}

export interface PubSubOptions {
  signIdToken: (claims: Record<string, unknown>, audience: string) => Promise<string>;
  journal: Journal;
}

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
const pushTimeoutMs = 10_000;
const usualAckSeconds = 10;

export class PubSub {
  /** Attempts to push. */
  readonly pushes = { delivered: 0, failed: 0 };
  readonly #options: PubSubOptions;
  readonly #subscriptions = new Map<string, Subscribed>();
  readonly #retries = new Set<NodeJS.Timeout>();
  #published = 0;
  #isClosed = false;

  constructor(options: PubSubOptions) {
    this.#options = options;
    for (const entry of options.journal.entries) {
      if (entry.type !== 'subscribed') continue;
      if (entry.subscription) this.#subscribe(entry.name, entry.subscription);
      else this.#subscriptions.delete(entry.name);
    }
  }

  has(name: string): boolean {
    return this.#subscriptions.has(name);
  }

  subscribe(name: string, subscription: Subscription): void {
    this.#subscribe(name, subscription);
    this.#options.journal.append({ type: 'subscribed', name, subscription });
  }

  unsubscribe(name: string): void {
    this.#subscriptions.delete(name);
    this.#options.journal.append({ type: 'subscribed', name, subscription: null });
  }

  publish(topic: string, data: object): void {
    this.#published += 1;
    const message: Message = {
      data: Buffer.from(JSON.stringify(data)).toString('base64'),
      messageId: String(1_000_000_000 + this.#published),
      publishTime: new Date().toISOString(),
    };
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.topic !== topic) continue;
      const waiting = { message, dueAt: 0, ackId: randomUUID(), attempts: 0 };
      subscription.waiting.set(waiting.ackId, waiting);
      if (subscription.pushEndpoint) void this.#push(subscription, waiting);
    }
  }

  /** What is due, which is then not handed out again before the deadline of its acknowledgement. */
  pull(name: string, largest: number): { ackId: string; message: Message; deliveryAttempt: number }[] {
    const { waiting: all, ackDeadlineSeconds = usualAckSeconds } = this.#subscriptions.get(name)!;
    const now = Date.now();
    const due = [...all.values()].filter(({ dueAt }) => dueAt <= now).slice(0, largest);
    return due.map((waiting) => {
      waiting.dueAt = now + ackDeadlineSeconds * 1_000;
      waiting.attempts += 1;
      const { ackId, message, attempts } = waiting;
      return { ackId, message, deliveryAttempt: attempts };
    });
  }

  acknowledge(name: string, ackIds: readonly string[]): void {
    for (const ackId of ackIds) this.#subscriptions.get(name)?.waiting.delete(ackId);
  }

  /** 0 seconds hand the message back at once. */
  extend(name: string, ackIds: readonly string[], seconds: number): void {
    for (const ackId of ackIds) {
      const waiting = this.#subscriptions.get(name)?.waiting.get(ackId);
      if (waiting) waiting.dueAt = seconds === 0 ? 0 : Date.now() + seconds * 1_000;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#retries) clearTimeout(timer);
  }

  #subscribe(name: string, subscription: Subscription): void {
    this.#subscriptions.set(name, { ...subscription, name, waiting: new Map() });
  }

  async #push(subscription: Subscribed, waiting: Waiting): Promise<void> {
    if (this.#isClosed || this.#subscriptions.get(subscription.name) !== subscription) return;
    if (await pushed(this.#options, subscription, waiting.message)) {
      this.pushes.delivered += 1;
      subscription.waiting.delete(waiting.ackId);
      return;
    }
    this.pushes.failed += 1;
    const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** waiting.attempts);
    waiting.attempts += 1;
    if (this.#isClosed) return;
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      void this.#push(subscription, waiting);
    }, waitMs);
    this.#retries.add(timer);
  }
}

/** Whether the endpoint took it: any 2xx acknowledges. */
async function pushed(
  { signIdToken }: PubSubOptions,
  { name, pushEndpoint = '', serviceAccountEmail, audience }: Subscribed,
  message: Message,
): Promise<boolean> {
  const who = { email: serviceAccountEmail, email_verified: true, sub: serviceAccountEmail };
  const token = serviceAccountEmail && (await signIdToken(who, audience ?? pushEndpoint));
  try {
    const response = await fetch(pushEndpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({
        message: { ...message, message_id: message.messageId, publish_time: message.publishTime },
        subscription: name,
      }),
      signal: AbortSignal.timeout(pushTimeoutMs),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
