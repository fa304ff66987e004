import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { RateClass } from '@finito/api';
import { createSanitiser } from '@finito/content';
import { createDb } from '@finito/db';
import { operationClasses } from '@finito/gmail';
import { createMailboxEvents, createProducer, createQueueView } from '@finito/jobs';
import { contentBreaker } from '@finito/quota';
import type { FleetBreaker } from '@finito/quota';
import {
  closeHttp,
  createRedis,
  gmailMetrics,
  httpMetrics,
  listenHttp,
  notificationMetrics,
  poolMetrics,
  runService,
  sendElsewhere,
} from '@finito/service-kit';
import type { RedisRole, SettingsOf } from '@finito/service-kit';
import { createKeyCheck } from './api-keys.ts';
import { createAuthenticate } from './authenticate.ts';
import { createBearerTokens } from './bearer-tokens.ts';
import { createClientEventIntake } from './client-event-intake.ts';
import { createEventStreams } from './event-streams.ts';
import { createGateway } from './gateway.ts';
import { createGoogleAccess } from './google-access.ts';
import { createGooglePush } from './google-push.ts';
import { createHealthReport } from './health-report.ts';
import { createMailboxExports } from './mailbox-export.ts';
import { gatewayMetrics } from './metrics.ts';
import { createOverload } from './overload.ts';
import { progressOf } from './progress.ts';
import { createRateLimitOverrides } from './rate-limit-overrides.ts';
import { createRateLimiter } from './rate-limit.ts';
import { capConnections, serverOptions } from './server-limits.ts';
import { createSessions } from './sessions.ts';
import { settingsSchema } from './settings.ts';

const pageFolder = fileURLToPath(new URL('../../../web/dist', import.meta.url));

await runService('gateway', settingsSchema, async (context) => {
  const { settings, log, registry, tracing, health, leaving, defer } = context;
  const redisOf = (role: RedisRole) =>
    defer(createRedis(settings, { role, log }), (redis) => redis.disconnect(), { label: 'redis' });
  const db = defer(openDatabase(settings), (opened) => opened.close(), { label: 'database' });
  // Its commands have half a second: a busy event loop alone must not look like a lost Redis.
  const redis = redisOf('producer');
  const producer = createProducer({ redis, traceparent: tracing.traceparent });
  const jobs = defer(producer, (opened) => opened.close(), { label: 'producer' });
  const queues = defer(createQueueView({ redis }), (view) => view.close(), { label: 'queue view' });
  const sanitiser = defer(createSanitiser(), (pool) => pool.close(), { label: 'sanitiser' });
  // Without Redis mail is read all the same: all gateways at once leaving the load balancer would end that.
  health.check('database', db.ping).check('redis', () => redis.ping(), { of: 'told', timeoutMs: 500 });

  poolMetrics(registry, db.poolState);
  const metrics = gatewayMetrics(registry);
  const isHttps = settings.publicUrl.startsWith('https:');
  const secret = settings.nextauthSecret;
  const sessions = createSessions({ secret, isHttps, hours: settings.sessionHours });
  const tokens = createBearerTokens(secret);
  const isDevelopment = settings.nodeEnv === 'development';
  const classes = [...operationClasses, contentBreaker];
  const calls = gmailMetrics(registry, { classes, tracing });
  const { gmail, ...google } = createGoogleAccess(settings, { db, redis, calls });
  defer(google.breakers, (shared) => shared.close(), { label: 'breakers' });
  defer(gmail, (client) => client.close(), { label: 'gmail' });
  const exports = createMailboxExports({ db, gmailReads: google.gmailReads, metrics });
  const streams = createEventStreams({
    events: createMailboxEvents(redis),
    listener: createMailboxEvents(redisOf('worker')),
    db,
    toProgress: progressOf,
    metrics,
    log,
  });

  const rateLimits = limitsOf(settings);
  const rateLimitOverrides = defer(createRateLimitOverrides({ db, metrics, log }), (held) => held.stop());
  const { limitFor } = rateLimitOverrides;

  const overload = defer(createOverload({ metrics }), (measured) => measured.stop(), { label: 'overload' });

  const clientEvents = defer(createClientEventIntake({ jobs }), (intake) => intake.close());

  const app = createGateway({
    ...google,
    ...{ db, jobs, sanitiser, sessions, tokens, streams, metrics, log, secret, pageFolder },
    ...{ exports, overload, queues, rateLimits, rateLimitOverrides, clientEvents, tracing },
    authenticate: createAuthenticate({ sessions, tokens, db }),
    limiter:
      isDevelopment || settings.ratelimitDisabled
        ? undefined
        : createRateLimiter({ redis: redisOf('counter'), limits: rateLimits, limitFor }),
    keys: {
      'health-key': createKeyCheck(settings.healthApiKey),
      'admin-key': createKeyCheck(settings.adminApiKey ?? []),
    },
    provePush: createGooglePush(pushTokensOf(settings)),
    healthReport: createHealthReport({ db, redis, jobs, openBreakers: openBreakersOf(google.breakers) }),
    publicUrl: settings.publicUrl,
    webhookAllowPrivate: settings.webhookAllowPrivate,
    sampleMailbox: settings.simulatorUrl !== undefined,
    httpMetrics: httpMetrics(registry),
    notificationMetrics: notificationMetrics(registry),
    trustProxy: settings.trustProxy,
    checkAnswers: settings.nodeEnv !== 'production',
  });
  const server = capConnections(createServer(serverOptions, app));
  leaving.addEventListener('abort', () => sendElsewhere(server));
  const port = await listenHttp(server, { port: settings.port, host: settings.host, setting: 'PORT' });
  // Streams and exports do not end by themselves in time, so they are ended first; then requests in hand have theirs.
  defer(server, closeHttp, { label: 'public server', timeoutMs: 6_000 });
  defer(streams, (open) => open.close(), { label: 'event streams', timeoutMs: 1_000 });
  defer(exports, (running) => running.close(), { label: 'exports' });
  log.info({ port }, 'gateway listens');
});

type Settings = SettingsOf<typeof settingsSchema>;

function openDatabase(settings: Settings) {
  return createDb({
    url: settings.databaseUrl,
    readUrl: settings.databaseReadUrl,
    maxConnections: settings.databaseMaxConnections,
    encryptionKeys: settings.tokenEncryptionKeys,
  });
}

/** The names of those that are not closed. */
function openBreakersOf(breakers: FleetBreaker) {
  return async () =>
    (await breakers.list()).filter(({ state }) => state !== 'closed').map(({ name }) => name);
}

function limitsOf(settings: Settings): Record<RateClass, number> {
  return {
    general: settings.ratelimitGeneralLimit,
    auth: settings.ratelimitAuthLimit,
    sync: settings.ratelimitSyncLimit,
    health: settings.ratelimitHealthLimit,
  };
}

/** Which tokens of Google's pushes are ours. */
function pushTokensOf(settings: Settings): Parameters<typeof createGooglePush>[0] {
  return {
    certsUrl: settings.googleCertsUrl,
    audience: settings.gmailPushAudience ?? new URL('/api/gmail/push', settings.publicUrl).href,
    serviceAccount: settings.gmailPushServiceAccount,
  };
}
