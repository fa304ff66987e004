// What GET /api/health says: each check by itself, all at once, each within a deadline. It is for people and their
// monitoring; load balancers ask /readyz, so that they do not leave gateways that can still serve mail.
import type { HealthReport, HealthStatus } from '@finito/api';
import type { Db } from '@finito/db';
import { catalogue } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import type { Redis } from 'ioredis';

export interface HealthReportNeeds {
  db: Pick<Db, 'ping' | 'mailboxReads'>;
  /** Role `producer`: with the 50 ms of requests, a busy gateway would report Redis as away. */
  redis: Pick<Redis, 'ping'>;
  jobs: Pick<Producer, 'counts'>;
  /** Names of the classes of Gmail calls that no process makes now, where the fleet shares its breakers. */
  openBreakers?: () => Promise<string[]>;
  version?: string;
}

const deadlineMs = 1_000;
const keptMs = 1_000;
/** The seed's figure: a database that takes longer is degraded. */
const slowDatabaseMs = 100;
/** The seed calls sync recent within five minutes. Here only a mailbox that was due counts: idle is healthy. */
const lateMs = 300_000;
const oldJobSeconds = 30;
/** A person waits for these; a first sync may wait for hours. */
const promptJobs = catalogue.filter(({ lane }) => lane === 'interactive');

/** Whoever asks while a report is made, or within a second after, gets that one: a flood costs one run. */
export function createHealthReport(needs: HealthReportNeeds): () => Promise<HealthReport> {
  let last: { report: Promise<HealthReport>; doneAt: number } | undefined;
  return () => {
    if (last && performance.now() - last.doneAt < keptMs) return last.report;
    const started = { report: makeReport(needs), doneAt: Infinity };
    last = started;
    void started.report.finally(() => (started.doneAt = performance.now()));
    return started.report;
  };
}

async function makeReport(needs: HealthReportNeeds): Promise<HealthReport> {
  const { db, redis, jobs, openBreakers, version = '0.1.0' } = needs;
  const checks = await Promise.all([
    check('database', 'unhealthy', async () => {
      const startedAt = performance.now();
      await db.ping();
      return performance.now() - startedAt > slowDatabaseMs ? 'answers slowly' : undefined;
    }),
    // Reading goes on without Redis, but no mailbox is kept in step and no change reaches Gmail.
    check('redis', 'unhealthy', async () => void (await redis.ping())),
    check('email_sync', 'degraded', async () => {
      const overdue = await db.mailboxReads.countOverdue(lateMs);
      return overdue > 0 ? `mailboxes that are due and not looked at: ${overdue}` : undefined;
    }),
    check('queue', 'unhealthy', async () => {
      const counts = await Promise.all(promptJobs.map((job) => jobs.counts(job)));
      const oldestAgeSeconds = Math.max(...counts.map((count) => count.oldestAgeSeconds));
      return oldestAgeSeconds > oldJobSeconds
        ? `the oldest job waits for ${Math.round(oldestAgeSeconds)} s`
        : undefined;
    }),
    ...(openBreakers ? [check('gmail', 'degraded', () => complaintOf(openBreakers))] : []),
  ]);
  return {
    status: worst(checks.map(({ status }) => status)),
    timestamp: new Date().toISOString(),
    checks,
    uptime: Math.round(process.uptime()),
    version,
  };
}

/** Gmail being away is no fault of ours, and what is stored can be read: never worse than degraded. */
async function complaintOf(openBreakers: () => Promise<string[]>): Promise<string | undefined> {
  const open = await openBreakers();
  return open.length > 0 ? `calls are held back: ${open.join(', ')}` : undefined;
}

/** `run` resolves to what makes it degraded, if anything; `onFailure` is what it means that it fails. */
async function check(
  service: string,
  onFailure: HealthStatus,
  run: () => Promise<string | undefined>,
): Promise<HealthReport['checks'][number]> {
  const startedAt = performance.now();
  const { status, message } = await inTime(run()).then(
    (complaint): { status: HealthStatus; message?: string } =>
      complaint === undefined ? { status: 'healthy' } : { status: 'degraded', message: complaint },
    () => ({ status: onFailure, message: 'does not answer' }),
  );
  const latency = Math.round((performance.now() - startedAt) * 10) / 10;
  return { service, status, latency, ...(message !== undefined && { message }) };
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function worst(statuses: HealthStatus[]): HealthStatus {
  if (statuses.includes('unhealthy')) return 'unhealthy';
  return statuses.includes('degraded') ? 'degraded' : 'healthy';
}
