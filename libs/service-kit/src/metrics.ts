import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type { Registry };

/** A registry of its own with the metrics of every process: memory, CPU, event-loop lag, handles, build. */
export function createRegistry({ service, version }: { service: string; version: string }): Registry {
  const registry = new Registry();
  // Looked at every 10 ms, as unless told, the event loop alone costs 2.5 ms a second; every 100 ms it is 0.9 (measured).
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
  new Gauge({
    name: 'finito_build_info',
    help: 'Always 1; which service and version this process runs, and on which Node.',
    labelNames: ['service', 'version', 'node'],
    registers: [registry],
  }).set({ service, version, node: process.version }, 1);
  return registry;
}

export interface HttpMetrics {
  /** `route` is the pattern of the route (`/api/emails/:id`), never the path; other methods count as `_OTHER`. */
  observe(request: { route: string; method: string; status: number; durationSeconds: number }): void;
}

/** What a service that answers HTTP counts of every request. */
export function httpMetrics(registry: Registry): HttpMetrics {
  const duration = new Histogram({
    name: 'finito_http_request_duration_seconds',
    help: 'From the head of a request to the end of its answer.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return {
    observe({ route, method, status, durationSeconds }) {
      duration.observe({ route, method: methods.has(method) ? method : '_OTHER', status }, durationSeconds);
    },
  };
}

/** How a run of a job ended: finished, sent back to wait without fault, sent back after a fault, given up. */
export type JobOutcome = 'done' | 'again' | 'retry' | 'failed';

export interface JobMetrics {
  /** Takes what a consumer reports of each run; `waitMs` is the time from when the job was due to its start. */
  observe(run: { job: string; outcome: JobOutcome; durationMs: number; waitMs: number }): void;
}

/** What a service that runs jobs counts of every run. */
export function jobMetrics(registry: Registry): JobMetrics {
  const registers = [registry];
  const buckets = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
  const total = new Counter({
    name: 'finito_jobs_total',
    help: 'Runs of jobs by how they ended.',
    labelNames: ['queue', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'finito_job_duration_seconds',
    help: 'How long one run of a job took.',
    labelNames: ['queue'],
    buckets,
    registers,
  });
  const wait = new Histogram({
    name: 'finito_job_wait_seconds',
    help: 'How long a job that was due waited for a worker.',
    labelNames: ['queue'],
    buckets,
    registers,
  });
  return {
    observe({ job, outcome, durationMs, waitMs }) {
      // One kind of job is one queue. `job` is Prometheus' own label, for the kind of process.
      total.inc({ queue: job, outcome });
      duration.observe({ queue: job }, durationMs / 1_000);
      wait.observe({ queue: job }, Math.max(0, waitMs) / 1_000);
    },
  };
}

export interface NotificationMetrics {
  /** One of Gmail's notifications, and when Google published it. */
  told(notification: {
    via: 'push' | 'pull';
    /** `known`: we stand at that position already; `unknown`: no mailbox of ours. */
    outcome: 'news' | 'known' | 'unknown' | 'unreadable';
    /** As in Pub/Sub's message. */
    publishTime?: string | undefined;
  }): void;
}

/** What a service that takes Gmail's notifications counts of them. */
export function notificationMetrics(registry: Registry): NotificationMetrics {
  const registers = [registry];
  const total = new Counter({
    name: 'finito_gmail_notifications_total',
    help: 'Notifications of Gmail by what they meant.',
    labelNames: ['via', 'outcome'],
    registers,
  });
  const delay = new Histogram({
    name: 'finito_gmail_notification_delay_seconds',
    help: 'From when Google published a notification until it was remembered.',
    labelNames: ['via'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
    registers,
  });
  return {
    told({ via, outcome, publishTime = '' }) {
      total.inc({ via, outcome });
      const delayMs = Date.now() - Date.parse(publishTime);
      // Google's clock and ours may differ: what seems to come from the future came at once.
      if (!Number.isNaN(delayMs)) delay.observe({ via }, Math.max(0, delayMs) / 1_000);
    },
  };
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
