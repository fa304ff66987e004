import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createDb } from '@finito/db';
import { createMailboxEvents, createProducer } from '@finito/jobs';
import { createQuotaLedger, parseQuotaProfile } from '@finito/quota';
import { createRedis, jobMetrics, notificationMetrics, runService } from '@finito/service-kit';
import { createCompany } from './company.ts';
import { createGmailWorker } from './gmail-worker.ts';
import { workerMetrics } from './metrics.ts';
import { startMailboxMetrics } from './mailbox-metrics.ts';
import { openGmail } from './open-gmail.ts';
import { createPubsubSubscription } from './pubsub-subscription.ts';
import { startPullingNotifications } from './pull-notifications.ts';
import { createServiceAccount } from './service-account.ts';
import { startResealing } from './reseal.ts';
import { settingsSchema } from './settings.ts';
import { createSingleFlight } from './single-flight.ts';
import { createWebhookSender } from './webhook-sender.ts';

await runService('gmail-worker', settingsSchema, async ({ settings, log, registry, health, defer }) => {
  const redisOf = (role: 'producer' | 'worker') =>
    defer(createRedis(settings, { role, log }), (redis) => redis.disconnect(), { label: 'redis' });
  const { databaseUrl: url, databaseMaxConnections: maxConnections } = settings;
  const encryptionKeys = settings.tokenEncryptionKeys;
  const opened = createDb({ url, maxConnections, encryptionKeys });
  const db = defer(opened, () => opened.close(), { label: 'database' });
  const redis = redisOf('producer');
  health.check('database', db.ping).check('redis', () => redis.ping());

  const metrics = workerMetrics(registry);
  const profile = parseQuotaProfile(settings.gmailQuotaProfile);
  // Read by people who ask which process holds a mailbox.
  const owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  const { close: closeGoogle, ...google } = openGmail(settings, {
    metrics,
    redis,
    id: owner,
    store: db.credentials,
  });
  defer(google, closeGoogle, { label: 'gmail' });
  const quota = createQuotaLedger({
    redis,
    projectKey: settings.googleClientId,
    profile,
    timeFactor: settings.gmailQuotaTimeFactor,
  });

  const keyIds = [...settings.tokenEncryptionKeys.keys()];
  defer(startResealing({ db, metrics, keyIds, log }), (resealing) => resealing.close(), {
    label: 'resealing',
  });
  const webhooks = defer(createWebhookSender({ allowPrivate: settings.webhookAllowPrivate }), (sender) =>
    sender.close(),
  );
  const jobs = defer(createProducer({ redis }), (producer) => producer.close(), { label: 'producer' });

  defer(startMailboxMetrics({ db, quota, metrics, log }), (metering) => metering.close());
  const worker = defer(
    createGmailWorker(
      {
        ...{ db, profile, metrics, log, quota, webhooks, jobs, owner, ...google },
        singleFlight: createSingleFlight({ redis }),
        jobMetrics: jobMetrics(registry),
        events: createMailboxEvents(redis),
        connect: () => redisOf('worker'),
        company: createCompany(),
      },
      {
        lane: settings.workerLane,
        withContent: settings.syncContent === 'full',
        horizon: {
          days: settings.syncHorizonDays,
          labels: settings.syncLabels,
          spamTrash: settings.syncIncludeSpamTrash,
        },
        pollMs: settings.syncPollSeconds * 1_000,
        pubsubTopic: settings.gmailPubsubTopic,
      },
    ),
    (running) => running.close(),
    { label: 'jobs in hand', timeoutMs: 8_500 },
  );
  const pulled = settings.gmailPubsubSubscription;
  if (pulled !== undefined && settings.workerLane !== 'bulk') {
    const subscription = createPubsubSubscription({
      apiUrl: settings.googlePubsubUrl,
      name: pulled,
      authorize: createServiceAccount({ keyFile: settings.googleApplicationCredentials }),
    });
    const pulling = { db, jobs, subscription, log, notificationMetrics: notificationMetrics(registry) };
    defer(startPullingNotifications(pulling), (running) => running.close(), { label: 'notifications' });
  }
  // A consumer that has stopped does not come back by itself: only a restart helps.
  health.check('jobs', () => worker.isRunning(), { of: 'live' });
});
