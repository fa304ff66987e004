// The monitoring of monitoring/ by Prometheus itself: its unit tests of the rules, and a real one beside real services.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { findPrometheus, until } from '@finito/testing';
import { parse } from 'yaml';
import { dashboards } from '../dashboards/all.ts';
import { startPrometheus } from './running-prometheus.ts';
import { startServices } from './running-services.ts';

jest.setTimeout(120_000);

const folder = join(import.meta.dirname, '..');
const ruleFiles = globSync('rules/*.yml', { cwd: folder }).filter((path) => !path.endsWith('.test.yml'));
const tests = globSync('rules/*.test.yml', { cwd: folder });
/** Without Prometheus there is one line that says so, and the tests of test/monitoring.test.ts are left. */
const programs = await findPrometheus().catch((error: Error) => {
  console.warn(`Prometheus’ own tests of monitoring/ are skipped: ${error.message}`);
  return undefined;
});
const withPrometheus = programs ? describe : describe.skip;

function promtool(args: string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync(programs!.promtool, args, {
    cwd: folder,
    input,
    encoding: 'utf8',
  });
  return status === 0 ? 'good' : `${stdout}${stderr}`;
}

withPrometheus('promtool', () => {
  it('finds configuration and rules sound', () => {
    expect(promtool(['check', 'config', 'prometheus.yml'])).toBe('good');
    expect(promtool(['check', 'rules', ...ruleFiles])).toBe('good');
  });

  it.each(tests)('sees each alert silent, firing and silent again (%s)', (file) => {
    expect(promtool(['test', 'rules', file])).toBe('good');
  });
});

/** Rightly told of a machine that runs other tests as well. */
const ofBusyMachine = new Set([
  ...['FinitoEventLoopLate', 'FinitoRequestsShed', 'FinitoGatewaySlow', 'FinitoGatewayErrorsFast'],
  ...['FinitoGatewayErrorsSlow', 'FinitoRateLimitFailsOpen', 'FinitoDatabasePoolFull'],
]);
const signsOfLife = [
  'finito:http_error_ratio:rate5m',
  'finito:gmail_error_ratio:rate5m',
  'finito:client_error_ratio:rate10m > 0',
];
/** What happens seldom, or never in a quarter of a minute: nothing to show yet is no fault. */
const rare = [
  ...['finito_csp_reports_total', 'finito_event_streams_ended_total', 'finito_gmail_refusals_total'],
  ...['finito_gmail_quota_wait_seconds', 'finito_client_breaker_changes_total', 'finito_client_queue_size'],
  ...['finito_http_request_duration_seconds_count{status=~"5.."}', 'units_naive_total'],
  ...['finito_gmail_notification', 'finito_webhook_sends_total', 'finito_sync_new_message_delay'],
  ...['finito_export', 'finito_gmail_breaker_probes_total', 'finito_sealed_rows'],
];

withPrometheus('Prometheus beside the running services', () => {
  let services: Awaited<ReturnType<typeof startServices>>;
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>;

  beforeAll(async () => {
    services = await startServices();
    prometheus = await startPrometheus(programs!.prometheus, services.targets);
    await until(async () => (await prometheus.query('up == 1')) === 3, { timeoutMs: 20_000 });
    await until(
      async () => {
        await someTraffic(services.url);
        const seen = await Promise.all(signsOfLife.map((expr) => prometheus.query(expr)));
        return seen.every((series) => series > 0);
      },
      { timeoutMs: 30_000, everyMs: 500, message: 'requests, client events and calls to Gmail to be seen' },
    );
    await until(async () => (await prometheus.rules()).every(({ health }) => health !== 'unknown'), {
      timeoutMs: 20_000,
      message: 'every rule to be evaluated',
    });
  });
  afterAll(async () => {
    await prometheus?.close();
    await services?.close();
  });

  it('scrapes pages that promtool finds sound', async () => {
    for (const target of Object.values(services.targets)) {
      const page = await (await fetch(`http://${target}/metrics`)).text();
      const complaints = promtool(['check', 'metrics'], page);
      // Node's own of prom-client are named as they are.
      expect(complaints.split('\n').filter((line) => line.startsWith('finito_'))).toEqual([]);
      expect(page).toContain('finito_build_info');
    }
  });

  it('evaluates every rule without an error', async () => {
    const known = ruleFiles.flatMap((path) =>
      (parse(readFileSync(join(folder, path), 'utf8')) as RuleFile).groups.flatMap(({ rules }) => rules),
    );
    const evaluated = await prometheus.rules();
    expect(evaluated).toHaveLength(known.length);
    const faulty = evaluated.filter(({ health }) => health !== 'ok');
    expect(faulty.map(({ name, lastError }) => `${name}: ${lastError}`)).toEqual([]);
  });

  it('answers every query of every dashboard, and has something to show but for what happens seldom', async () => {
    const queries = Object.values(dashboards).flatMap(({ rows }) =>
      rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries.map(([expr]) => expr))),
    );
    const empty: string[] = [];
    for (const expr of queries) if ((await prometheus.query(expr)) === 0) empty.push(expr);
    expect(empty.filter((expr) => !rare.some((name) => expr.includes(name)))).toEqual([]);
  });

  it('has nothing to complain of but a Redis that forgets, and notices when Redis is gone', async () => {
    const stirred = async () =>
      (await prometheus.rules())
        .filter(({ name, state }) => state && state !== 'inactive' && !ofBusyMachine.has(name))
        .map(({ name }) => name);
    // The test's Redis keeps nothing on disk.
    expect(await stirred()).toEqual(['FinitoRedisForgets']);
    await services.redis.pause();
    try {
      await until(async () => (await stirred()).includes('FinitoRedisDown'), { timeoutMs: 20_000 });
    } finally {
      await services.redis.resume();
    }
  });
});

interface RuleFile {
  groups: { rules: unknown[] }[];
}

/** A little of what the dashboards show. */
async function someTraffic(url: string): Promise<void> {
  const event = {
    type: 'gmail_request',
    timestamp: Date.now(),
    details: { operation: 'messages.get', latency: 80 },
  };
  await fetch(`${url}/api/auth/me`);
  const answer = await fetch(`${url}/api/logs/client-events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      events: [...Array.from({ length: 29 }, () => event), { ...event, type: 'error' }],
    }),
  });
  if (answer.status !== 202) throw new Error(`client events were not taken: ${answer.status}`);
}
