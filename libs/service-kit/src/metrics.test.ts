import { describe, expect, it } from '@jest/globals';
import { createRegistry, httpMetrics, jobMetrics } from './metrics.ts';

describe('the registry', () => {
  it('belongs to one service: two in a process share nothing', async () => {
    const one = createRegistry({ service: 'one', version: '1.2.3' });
    const two = createRegistry({ service: 'two', version: '1.2.3' });
    jobMetrics(one).observe({ job: 'sync-mailbox', outcome: 'done', durationMs: 250, waitMs: 10 });
    jobMetrics(two);
    expect(await one.metrics()).toContain('finito_jobs_total{queue="sync-mailbox",outcome="done"} 1');
    expect(await two.metrics()).not.toContain('sync-mailbox');
    expect(await two.metrics()).toContain(
      `finito_build_info{service="two",version="1.2.3",node="${process.version}"} 1`,
    );
  });

  it('measures the event loop', async () => {
    expect(await createRegistry({ service: 'one', version: '1' }).metrics()).toContain(
      'nodejs_eventloop_lag_p99_seconds',
    );
  });
});

describe('httpMetrics', () => {
  it('counts a request by the pattern of its route, in seconds', async () => {
    const registry = createRegistry({ service: 'one', version: '1' });
    httpMetrics(registry).observe({
      route: '/api/emails/:id',
      method: 'GET',
      status: 200,
      durationSeconds: 0.04,
    });
    const text = await registry.metrics();
    expect(text).toContain(
      'finito_http_request_duration_seconds_sum{route="/api/emails/:id",method="GET",status="200"} 0.04',
    );
  });

  it('folds methods that nobody defined into one series', async () => {
    const registry = createRegistry({ service: 'one', version: '1' });
    const http = httpMetrics(registry);
    for (let i = 0; i < 50; i += 1)
      http.observe({ route: 'other', method: `EVIL${i}`, status: 404, durationSeconds: 0 });
    const text = await registry.metrics();
    expect(text).toContain(
      'finito_http_request_duration_seconds_count{route="other",method="_OTHER",status="404"} 50',
    );
    expect(text).not.toContain('EVIL');
  });
});
