import { randomUUID } from 'node:crypto';
import { createDb } from '@finito/db';
import { createGmail, createGoogleOAuth, createUndiciTransport } from '@finito/gmail';
import { createMailboxEvents, createProducer } from '@finito/jobs';
import { createQuotaLedger, parseQuotaProfile } from '@finito/quota';
import { createRedis, jobMetrics, runService } from '@finito/service-kit';
import { createAccessTokens } from './access-tokens.ts';
import { createGmailWorker } from './gmail-worker.ts';
import { gmailEventMetrics } from './gmail-event-metrics.ts';
import { workerMetrics } from './metrics.ts';
import { startMailboxMetrics } from './mailbox-metrics.ts';
import { settingsSchema } from './settings.ts';

await runService('gmail-worker', settingsSchema, async ({ settings, log, registry, health, defer }) => {
  const redisOf = (role: 'producer' | 'worker') =>
    defer(createRedis(settings.redisUrl, { role, log }), (redis) => redis.disconnect(), { label: 'redis' });
  const db = defer(
    createDb({ url: settings.databaseUrl, encryptionKeys: settings.tokenEncryptionKeys }),
    (opened) => opened.close(),
    { label: 'database' },
  );
  const redis = redisOf('producer');
  health.check('database', db.ping).check('redis', () => redis.ping());

  const metrics = workerMetrics(registry);
  const profile = parseQuotaProfile(settings.gmailQuotaProfile);
  const transport = createUndiciTransport();
  const gmail = defer(
    createGmail({
      apiUrl: settings.gmailApiUrl,
      transport,
      timeoutMs: settings.gmailTimeoutMs,
      batch: settings.gmailBatch,
      // Each call was charged once, so it is made once; what fails comes back through the queue.
      maxRetries: 0,
      maxInlineWaitMs: 0,
      onEvent: gmailEventMetrics(metrics),
    }),
    (client) => client.close(),
    { label: 'gmail' },
  );
  const accessTokens = createAccessTokens({
    db,
    oauth: createGoogleOAuth({
      clientId: settings.googleClientId,
      clientSecret: settings.googleClientSecret,
      authUrl: settings.googleAuthUrl,
      tokenUrl: settings.googleTokenUrl,
      revokeUrl: settings.googleRevokeUrl,
      userinfoUrl: settings.googleUserinfoUrl,
      transport,
    }),
  });

  defer(startMailboxMetrics({ db, metrics, log }), (metering) => metering.close());
  const worker = defer(
    createGmailWorker(
      {
        db,
        gmail,
        accessTokens,
        profile,
        metrics,
        log,
        jobMetrics: jobMetrics(registry),
        quota: createQuotaLedger({
          redis,
          projectKey: settings.googleClientId,
          profile,
          timeFactor: settings.gmailQuotaTimeFactor,
        }),
        events: createMailboxEvents(redis),
        jobs: defer(createProducer({ redis }), (producer) => producer.close(), { label: 'producer' }),
        connect: () => redisOf('worker'),
        owner: randomUUID(),
      },
      {
        lane: settings.workerLane,
        withContent: settings.syncContent === 'full',
        includeSpamTrash: settings.syncIncludeSpamTrash,
        pollMs: settings.syncPollSeconds * 1_000,
      },
    ),
    (running) => running.close(),
    { label: 'jobs in hand', timeoutMs: 8_500 },
  );
  // A consumer that has stopped does not come back by itself: only a restart helps.
  health.check('jobs', () => worker.isRunning(), { of: 'live' });
});
