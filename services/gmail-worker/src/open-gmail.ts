import { createGmail, createGoogleOAuth, createUndiciTransport } from '@finito/gmail';
import type { Gmail, GoogleOAuth, SharedBreaker } from '@finito/gmail';
import type { SettingsOf } from '@finito/service-kit';
import { gmailEventMetrics } from './gmail-event-metrics.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { settingsSchema } from './settings.ts';

/** Google as the settings name it: its Gmail and its OAuth, over one set of connections. */
export function openGmail(
  settings: SettingsOf<typeof settingsSchema>,
  metrics: WorkerMetrics,
  sharedBreaker: SharedBreaker,
): { gmail: Gmail; oauth: GoogleOAuth } {
  const transport = createUndiciTransport();
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
    onEvent: gmailEventMetrics(metrics),
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
  return { gmail, oauth };
}
