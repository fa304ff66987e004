import { commonSettings, encryptionKeys, env, googleSettings } from '@finito/service-kit';
import { z } from 'zod';

export const settingsSchema = z.object({
  ...commonSettings,
  WORKER_LANE: env.choice(['interactive', 'bulk', 'all'], { default: 'all' }),
  TOKEN_ENCRYPTION_KEYS: encryptionKeys,
  ...googleSettings,
  GMAIL_BATCH: env.choice(['on', 'off', 'auto'], { default: 'auto' }),
  SYNC_CONTENT: env.choice(['full', 'metadata'], { default: 'full' }),
  SYNC_INCLUDE_SPAM_TRASH: env.flag({ default: true }),
  /** 0: as far back as a mailbox goes. */
  SYNC_HORIZON_DAYS: env.integer({ default: 0, max: 36_500 }),
  /** Names of labels; empty: all messages. */
  SYNC_LABELS: env.list({ default: [] }),
  /** How often a live mailbox is asked for news when nothing is pushed. */
  SYNC_POLL_SECONDS: env.integer({ default: 60, min: 1, max: 86_400 }),
  /** The Pub/Sub topic that Gmail tells of changes: projects/<project>/topics/<topic>. */
  GMAIL_PUBSUB_TOPIC: env.text().optional(),
  WEBHOOK_ALLOW_PRIVATE: env.flag({ default: false }),
  /** Pulled for notifications: projects/<project>/subscriptions/<subscription>. */
  GMAIL_PUBSUB_SUBSCRIPTION: env.text().optional(),
  GOOGLE_PUBSUB_URL: env.url({ default: 'https://pubsub.googleapis.com' }),
  /** A service account's key file, for the subscription. */
  GOOGLE_APPLICATION_CREDENTIALS: env.text().optional(),
});
