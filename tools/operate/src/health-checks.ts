// What the gateway says of itself, with the operator's keys.
import { expectThat, good, notAsked, partly } from './finding.ts';
import type { Finding } from './finding.ts';

interface Report {
  status: 'healthy' | 'degraded' | 'unhealthy';
  checks: { service: string; status: string; latency: number; message?: string }[];
}

export async function healthChecks(publicUrl: string, key: string | undefined): Promise<Finding[]> {
  const what = 'the health report says healthy';
  if (key === undefined) return [notAsked(what, 'Set HEALTH_API_KEY.')];
  const response = await fetch(`${new URL(publicUrl).origin}/api/health`, {
    headers: { 'x-health-api-key': key },
    signal: AbortSignal.timeout(5_000),
  });
  if (response.status !== 200 && response.status !== 503) {
    return [
      expectThat('the health key opens the report', false, {
        read: String(response.status),
        advice: 'HEALTH_API_KEY here is not one of the gateway’s.',
      }),
    ];
  }
  const report = (await response.json()) as Report;
  const complaints = report.checks.filter(({ status }) => status !== 'healthy');
  const read =
    complaints.map(({ service, message = '' }) => `${service}: ${message}`).join('; ') || report.status;
  const database = report.checks.find(({ service }) => service === 'database');
  return [
    report.status === 'degraded'
      ? partly(what, read, 'docs/runbook.md says what each means.')
      : expectThat(what, report.status === 'healthy', {
          read,
          advice: 'docs/runbook.md says what each means.',
        }),
    ...(database ? [latencyOf(database.latency)] : []),
  ];
}

function latencyOf(latency: number): Finding {
  const what = 'the database answers within 100 ms';
  return latency < 100
    ? good(what, `${latency} ms`)
    : partly(what, `${latency} ms`, 'Look at its CPU, its disk and its longest queries (docs/scaling.md).');
}
