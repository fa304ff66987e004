import { env } from './env.ts';

/**
 * Google's OAuth client, endpoints and quota, for every service that calls Gmail. Each endpoint is replaceable, so that
 * any Gmail-compatible server can stand in.
 */
export const googleSettings = {
  GOOGLE_CLIENT_ID: env.text(),
  GOOGLE_CLIENT_SECRET: env.text(),
  GOOGLE_AUTH_URL: env.url({ default: 'https://accounts.google.com/o/oauth2/v2/auth' }),
  GOOGLE_TOKEN_URL: env.url({ default: 'https://oauth2.googleapis.com/token' }),
  GOOGLE_REVOKE_URL: env.url({ default: 'https://oauth2.googleapis.com/revoke' }),
  GOOGLE_USERINFO_URL: env.url({ default: 'https://openidconnect.googleapis.com/v1/userinfo' }),
  GMAIL_API_URL: env.url({ default: 'https://gmail.googleapis.com' }),
  GMAIL_TIMEOUT_MS: env.integer({ default: 10_000, min: 100, max: 120_000 }),
  /** How long a breaker stays open before one call of the whole fleet may try again. */
  GMAIL_BREAKER_RESET_MS: env.integer({ default: 2_000, min: 100, max: 600_000 }),
  /** `2026-05`, `legacy-2025`, or a profile of one's own as JSON (libs/quota). */
  GMAIL_QUOTA_PROFILE: env.text({ default: '2026-05' }),
  /** How many quota seconds pass in a real one; only a simulator knows more than 1. */
  GMAIL_QUOTA_TIME_FACTOR: env.number({ default: 1, min: 0.01, max: 10_000 }),
};
