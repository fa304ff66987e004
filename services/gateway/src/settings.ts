import { commonSettings, encryptionKeys, env, googleSettings } from '@finito/service-kit';
import { z } from 'zod';

const perMinute = (limit: number) => env.integer({ default: limit, min: 1, max: 10_000_000 });

export const settingsSchema = z.object({
  ...commonSettings,
  /** A replica that lists and searches may read from; what it lacks is what has just come. */
  DATABASE_READ_URL: env.url({ schemes: ['postgres', 'postgresql'] }).optional(),
  PORT: env.port({ default: 3001 }),
  /** All addresses of the machine unless told. */
  HOST: env.text({ default: '0.0.0.0', expected: 'an address of this machine' }),
  /** Where people reach the gateway: redirects, cookies and the origin check go by it. */
  PUBLIC_URL: env.url({ default: 'http://localhost:3001' }),
  /** How many proxies stand before the gateway; their entries in X-Forwarded-For are believed, no others. */
  TRUST_PROXY: env.integer({ default: 0, max: 10 }),
  NEXTAUTH_SECRET: env.alias(env.secret(), 'AUTH_SECRET'),
  /** How long a sign-in lasts. */
  SESSION_HOURS: env.integer({ default: 720, min: 1, max: 8_760 }),
  TOKEN_ENCRYPTION_KEYS: encryptionKeys,
  /** One key, or several separated by commas while they are rotated. */
  HEALTH_API_KEY: env.list({ minItems: 1 }),
  ADMIN_API_KEY: env.list().optional(),
  /** Webhooks may lead to plain HTTP and to addresses of this network. */
  WEBHOOK_ALLOW_PRIVATE: env.flag({ default: false }),
  ...googleSettings,
  GOOGLE_CERTS_URL: env.url({ default: 'https://www.googleapis.com/oauth2/v3/certs' }),
  /** The service account of the Pub/Sub push subscription; without it `/api/gmail/push` is off. */
  GMAIL_PUSH_SERVICE_ACCOUNT: env.text({ expected: 'the e-mail address of a service account' }).optional(),
  /** What its tokens are made out to: the address of the route unless told, as Google does it. */
  GMAIL_PUSH_AUDIENCE: env.text().optional(),
  /** Set by `npm start` when the simulator stands in for Google: the page then says "sample mailbox". */
  SIMULATOR_URL: env.url().optional(),
  RATELIMIT_GENERAL_LIMIT: perMinute(100),
  RATELIMIT_AUTH_LIMIT: perMinute(10),
  RATELIMIT_SYNC_LIMIT: perMinute(50),
  RATELIMIT_HEALTH_LIMIT: perMinute(20),
  /** `NODE_ENV=development` does the same. */
  RATELIMIT_DISABLED: env.flag({ default: false }),
});
