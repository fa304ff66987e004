// All that the gateway has to do with Google: consent, and what a reader asks for that is not kept here.
import { randomUUID } from 'node:crypto';
import type { Db } from '@finito/db';
import {
  createAccessTokens,
  createGmail,
  createGoogleOAuth,
  createUndiciTransport,
  operationClasses,
} from '@finito/gmail';
import type { Gmail, GoogleOAuth } from '@finito/gmail';
import { contentBreaker, createFleetBreaker, createQuotaLedger, parseQuotaProfile } from '@finito/quota';
import type { FleetBreaker, QuotaLedgerOptions } from '@finito/quota';
import type { GmailMetrics, SettingsOf } from '@finito/service-kit';
import { createGmailReads } from './gmail-reads.ts';
import type { GmailReads } from './gmail-reads.ts';
import { createInlinePictures } from './inline-pictures.ts';
import type { InlinePictures } from './inline-pictures.ts';
import type { settingsSchema } from './settings.ts';

export interface GoogleAccess {
  oauth: GoogleOAuth;
  gmail: Gmail;
  gmailReads: GmailReads;
  pictures: InlinePictures;
  breakers: FleetBreaker;
}

/** `redis`: of role `producer`. Close `gmail` and `breakers` at the end. */
export function createGoogleAccess(
  settings: SettingsOf<typeof settingsSchema>,
  {
    db,
    redis,
    calls,
  }: {
    db: Pick<Db, 'credentials' | 'mailboxReads'>;
    redis: QuotaLedgerOptions['redis'];
    calls: GmailMetrics;
  },
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
  const projectKey = settings.googleClientId;
  const resetTimeoutMs = settings.gmailBreakerResetMs;
  const breakers = createFleetBreaker({
    ...{ redis, projectKey, resetTimeoutMs },
    id: randomUUID(),
    names: [...operationClasses, contentBreaker],
  });
  const gmail = createGmail({
    ...{ apiUrl, timeoutMs, transport, ...once },
    breaker: { resetTimeoutMs },
    sharedBreaker: breakers,
    onEvent: calls.observe,
  });
  const profile = parseQuotaProfile(settings.gmailQuotaProfile);
  const quota = createQuotaLedger({
    redis,
    projectKey,
    profile,
    timeFactor: settings.gmailQuotaTimeFactor,
  });
  const accessTokens = createAccessTokens({
    store: db.credentials,
    oauth: { refresh: (token) => calls.refresh(() => oauth.refresh(token)) },
  });
  const gmailReads = createGmailReads({ db, gmail, quota, profile, accessTokens });
  return { oauth, gmail, breakers, gmailReads, pictures: createInlinePictures({ gmailReads }) };
}
