import { commonSettings, env } from '@finito/service-kit';
import { z } from 'zod';

/** `name:base64` of 32 bytes each, separated by commas; the first one seals, all of them open. */
const encryptionKeys = env.list({ minItems: 1 }).transform((items, context) => {
  const keys = new Map<string, Buffer>();
  for (const item of items) {
    const [name = '', value = ''] = item.split(/:(.*)/s);
    const key = Buffer.from(value, 'base64');
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(name) || key.length !== 32) {
      context.issues.push({
        code: 'custom',
        message: 'is not valid; expected name:key, the key being 32 bytes in base64',
        input: items.length,
      });
      return z.NEVER;
    }
    keys.set(name, key);
  }
  return keys;
});

export const settingsSchema = z.object({
  ...commonSettings,
  WORKER_LANE: env.choice(['interactive', 'bulk', 'all'], { default: 'all' }),
  TOKEN_ENCRYPTION_KEYS: encryptionKeys,
  GOOGLE_CLIENT_ID: env.text(),
  GOOGLE_CLIENT_SECRET: env.text(),
  GMAIL_API_URL: env.url({ default: 'https://gmail.googleapis.com' }),
  GOOGLE_AUTH_URL: env.url({ default: 'https://accounts.google.com/o/oauth2/v2/auth' }),
  GOOGLE_TOKEN_URL: env.url({ default: 'https://oauth2.googleapis.com/token' }),
  GOOGLE_REVOKE_URL: env.url({ default: 'https://oauth2.googleapis.com/revoke' }),
  GOOGLE_USERINFO_URL: env.url({ default: 'https://openidconnect.googleapis.com/v1/userinfo' }),
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
