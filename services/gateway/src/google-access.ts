// All that the gateway has to do with Google: consent, and what a reader asks for that is not kept here.
import type { Db } from '@finito/db';
import { createAccessTokens, createGmail, createGoogleOAuth, createUndiciTransport } from '@finito/gmail';
import type { Gmail, GoogleOAuth } from '@finito/gmail';
import { createQuotaLedger, parseQuotaProfile } from '@finito/quota';
import type { QuotaLedgerOptions } from '@finito/quota';
import type { SettingsOf } from '@finito/service-kit';
import { createGmailReads } from './gmail-reads.ts';
import type { GmailReads } from './gmail-reads.ts';
import type { settingsSchema } from './settings.ts';

export interface GoogleAccess {
  oauth: GoogleOAuth;
  gmail: Gmail;
  gmailReads: GmailReads;
}

/** `redis`: of role `producer`. Close `gmail` at the end. */
export function createGoogleAccess(
  settings: SettingsOf<typeof settingsSchema>,
  { db, redis }: { db: Pick<Db, 'credentials' | 'mailboxReads'>; redis: QuotaLedgerOptions['redis'] },
): GoogleAccess {
  const transport = createUndiciTransport();
  const oauth = createGoogleOAuth({
    clientId: settings.googleClientId,
    clientSecret: settings.googleClientSecret,
    authUrl: settings.googleAuthUrl,
    tokenUrl: settings.googleTokenUrl,
    revokeUrl: settings.googleRevokeUrl,
    userinfoUrl: settings.googleUserinfoUrl,
    transport,
  });
  // Each call is charged once, so it is made once: a reader asks again.
  const once = { maxRetries: 0, maxInlineWaitMs: 0 };
  const { gmailApiUrl: apiUrl, gmailTimeoutMs: timeoutMs } = settings;
  const gmail = createGmail({ apiUrl, timeoutMs, transport, ...once });
  const profile = parseQuotaProfile(settings.gmailQuotaProfile);
  const quota = createQuotaLedger({
    redis,
    projectKey: settings.googleClientId,
    profile,
    timeFactor: settings.gmailQuotaTimeFactor,
  });
  const accessTokens = createAccessTokens({ store: db.credentials, oauth });
  return { oauth, gmail, gmailReads: createGmailReads({ db, gmail, quota, profile, accessTokens }) };
}
