import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createDb } from '@finito/db';
import { operationClasses } from '@finito/gmail';
import { createMailboxEvents, createProducer } from '@finito/jobs';
import { contentBreaker, createQuotaLedger, parseQuotaProfile } from '@finito/quota';
import {
  createRedis,
  gmailMetrics,
  jobMetrics,
  notificationMetrics,
  poolMetrics,
  runService,
} from '@finito/service-kit';
import type { SettingsOf } from '@finito/service-kit';
import { startAudits } from './audit-mailboxes.ts';
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

await runService('gmail-worker', settingsSchema, async (context) => {
  const { settings, log, registry, tracing, health, defer } = context;
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
  poolMetrics(registry, db.poolState);
  const calls = gmailMetrics(registry, { classes: [...operationClasses, contentBreaker], tracing });
  // Read by people who ask which process holds a mailbox.
  const owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  const { close: closeGoogle, ...google } = openGmail(settings, {
    ...{ calls, metrics, redis },
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
  const producer = createProducer({ redis, traceparent: tracing.traceparent });
  const jobs = defer(producer, (opened) => opened.close(), { label: 'producer' });

  defer(startMailboxMetrics({ db, quota, metrics, log }), (metering) => metering.close());
  if (holdsAll(settings) && settings.workerLane !== 'interactive') {
    defer(startAudits({ ...google, db, quota, profile, metrics, log }), (audits) => audits.close());
  }
  const worker = defer(
    createGmailWorker(
      {
        ...{ db, profile, metrics, log, tracing, quota, webhooks, jobs, owner, ...google },
        singleFlight: createSingleFlight({ redis }),
        jobMetrics: jobMetrics(registry),
        events: createMailboxEvents(redis),
        connect: () => redisOf('worker'),
        company: createCompany(),
      },
      {
        lane: settings.workerLane,
        withContent: settings.syncContent === 'full',
        horizon: horizonOf(settings),
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

type Settings = SettingsOf<typeof settingsSchema>;

function horizonOf(settings: Settings) {
  return {
    days: settings.syncHorizonDays,
    labels: settings.syncLabels,
    spamTrash: settings.syncIncludeSpamTrash,
  };
}

/** Whether all that Gmail counts is kept here. */
function holdsAll(settings: Settings): boolean {
  const { days, labels, spamTrash } = horizonOf(settings);
  return days === 0 && labels.length === 0 && spamTrash;
}
