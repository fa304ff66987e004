import {
  createAccessTokens,
  createGmail,
  createGoogleOAuth,
  createUndiciTransport,
  operationClasses,
} from '@finito/gmail';
import type { AccessTokens, CredentialsStore, Gmail } from '@finito/gmail';
import { contentBreaker, createFleetBreaker } from '@finito/quota';
import type { FleetBreaker, FleetBreakerOptions } from '@finito/quota';
import type { GmailMetrics, SettingsOf } from '@finito/service-kit';
import { createContentGmail } from './content-gmail.ts';
import type { ContentGmail } from './content-gmail.ts';
import { contentEvents } from './content-events.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { settingsSchema } from './settings.ts';

export interface OpenGmail {
  gmail: Gmail;
  /** For readers who wait. */
  contentGmail: ContentGmail;
  accessTokens: AccessTokens;
  breakers: Pick<FleetBreaker, 'listen'>;
  close(): Promise<void>;
}

interface GoogleNeeds extends Pick<FleetBreakerOptions, 'redis' | 'id'> {
  calls: GmailMetrics;
  metrics: Pick<WorkerMetrics, 'fleetBreaker'>;
  store: CredentialsStore;
}

/**
 * Google as the settings name it: its Gmail, with the breakers of the whole fleet, and its OAuth, over one set of
 * connections. `redis`: of role `producer`. `id`: of this process.
 */
export function openGmail(
  settings: SettingsOf<typeof settingsSchema>,
  { calls, metrics, redis, id, store }: GoogleNeeds,
): OpenGmail {
  const transport = createUndiciTransport();
  const sharedBreaker = createFleetBreaker({
    ...{ redis, id },
    projectKey: settings.googleClientId,
    names: [...operationClasses, contentBreaker],
    resetTimeoutMs: settings.gmailBreakerResetMs,
    onEvent: metrics.fleetBreaker,
  });
  const gmail = createGmail({
    apiUrl: settings.gmailApiUrl,
    transport,
    timeoutMs: settings.gmailTimeoutMs,
    batch: settings.gmailBatch,
    // Each call was charged once, so it is made once; what fails comes back through the queue.
    maxRetries: 0,
    maxInlineWaitMs: 0,
    // What one process finds is only a vote: it may be quick.
    breaker: { resetTimeoutMs: settings.gmailBreakerResetMs, volumeThreshold: 5 },
    sharedBreaker,
    onEvent: calls.observe,
  });
  const oauth = createGoogleOAuth({
    clientId: settings.googleClientId,
    clientSecret: settings.googleClientSecret,
    authUrl: settings.googleAuthUrl,
    tokenUrl: settings.googleTokenUrl,
    revokeUrl: settings.googleRevokeUrl,
    userinfoUrl: settings.googleUserinfoUrl,
    transport,
  });
  const accessTokens = createAccessTokens({
    store,
    oauth: { refresh: (token) => calls.refresh(() => oauth.refresh(token)) },
  });
  const contentGmail = createContentGmail({
    ...{ transport, accessTokens, breaker: sharedBreaker },
    apiUrl: settings.gmailApiUrl,
    onEvent: contentEvents(calls.observe),
  });
  return {
    gmail,
    contentGmail,
    accessTokens,
    breakers: sharedBreaker,
    async close() {
      await sharedBreaker.close();
      await contentGmail.close();
      await gmail.close();
    },
  };
}
