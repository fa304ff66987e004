import { env } from './env.ts';

/** Google's OAuth client and endpoints, each replaceable, so that any Gmail-compatible server can stand in. */
export const googleSettings = {
  GOOGLE_CLIENT_ID: env.text(),
  GOOGLE_CLIENT_SECRET: env.text(),
  GOOGLE_AUTH_URL: env.url({ default: 'https://accounts.google.com/o/oauth2/v2/auth' }),
  GOOGLE_TOKEN_URL: env.url({ default: 'https://oauth2.googleapis.com/token' }),
  GOOGLE_REVOKE_URL: env.url({ default: 'https://oauth2.googleapis.com/revoke' }),
  GOOGLE_USERINFO_URL: env.url({ default: 'https://openidconnect.googleapis.com/v1/userinfo' }),
};
