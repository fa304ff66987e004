import { commonSettings, encryptionKeys, env, googleSettings } from '@finito/service-kit';
import { z } from 'zod';

export const settingsSchema = z.object({
  ...commonSettings,
  WORKER_LANE: env.choice(['interactive', 'bulk', 'all'], { default: 'all' }),
  TOKEN_ENCRYPTION_KEYS: encryptionKeys,
  ...googleSettings,
  GMAIL_API_URL: env.url({ default: 'https://gmail.googleapis.com' }),
  GMAIL_BATCH: env.choice(['on', 'off', 'auto'], { default: 'auto' }),
  GMAIL_TIMEOUT_MS: env.integer({ default: 10_000, min: 100, max: 120_000 }),
  /** `2026-05`, `legacy-2025`, or a profile of one's own as JSON (libs/quota). */
  GMAIL_QUOTA_PROFILE: env.text({ default: '2026-05' }),
  /** How many quota seconds pass in a real one; only a simulator knows more than 1. */
  GMAIL_QUOTA_TIME_FACTOR: env.number({ default: 1, min: 0.01, max: 10_000 }),
  SYNC_CONTENT: env.choice(['full', 'metadata'], { default: 'full' }),
  SYNC_INCLUDE_SPAM_TRASH: env.flag({ default: true }),
  /** How often a live mailbox is asked for news when nothing is pushed. */
  SYNC_POLL_SECONDS: env.integer({ default: 60, min: 1, max: 86_400 }),
});
