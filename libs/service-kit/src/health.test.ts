import { describe, expect, it } from '@jest/globals';
import { createHealth } from './health.ts';

const never = () => new Promise(() => undefined);

describe('readiness', () => {
  it('is refused before the service has started and once it stops', async () => {
    const health = createHealth();
    expect(await health.readiness()).toMatchObject({
      ok: false,
      checks: { service: { reason: 'starting' } },
    });
    health.setPhase('running');
    expect((await health.readiness()).ok).toBe(true);
    health.setPhase('stopping');
    expect(await health.readiness()).toMatchObject({
      ok: false,
      checks: { service: { reason: 'stopping' } },
    });
  });

  it('runs all checks at once and gives each its own deadline', async () => {
    const health = createHealth();
    health.setPhase('running');
    for (const name of ['a', 'b', 'c', 'd']) health.check(name, never, { timeoutMs: 100 });
    health.check('good', () => 'PONG');
    const startedAt = performance.now();
    const report = await health.readiness();
    expect(performance.now() - startedAt).toBeLessThan(300);
    expect(report.ok).toBe(false);
    expect(report.checks).toMatchObject({ a: { ok: false, reason: 'timeout' }, good: { ok: true } });
  });

  it('tells the kind of a failure and never its text', async () => {
    const health = createHealth();
    health.check('throws', () => {
      throw Object.assign(new Error('connect to planted-host'), { code: 'ECONNREFUSED' });
    });
    health.check('refuses', async () => false);
    const { checks } = await health.readiness();
    expect(checks).toMatchObject({ throws: { reason: 'ECONNREFUSED' }, refuses: { reason: 'failed' } });
    expect(JSON.stringify(checks)).not.toContain('planted-host');
  });

  it('shares one run among those who ask at the same moment', async () => {
    const health = createHealth();
    let runs = 0;
    health.check('counted', async () => void (runs += 1));
    await Promise.all([health.readiness(), health.readiness(), health.readiness()]);
    expect(runs).toBe(1);
    await health.readiness();
    expect(runs).toBe(2);
  });

  it('tells of what is only told, and does not depend on it', async () => {
    const health = createHealth();
    health.setPhase('running');
    health.check('redis', () => false, { of: 'told' });
    expect(await health.readiness()).toMatchObject({ ok: true, checks: { redis: { ok: false } } });
  });

  it('aborts the signal of a check whose time is over', async () => {
    const health = createHealth();
    let seen: AbortSignal | undefined;
    health.check('slow', (signal) => ((seen = signal), never()), { timeoutMs: 20 });
    await health.readiness();
    expect(seen?.aborted).toBe(true);
  });
});

describe('liveness', () => {
  it('hears only its own checks, so that a lost database restarts nobody', async () => {
    const health = createHealth();
    health.check('database', () => false);
    expect((await health.liveness()).ok).toBe(true);
    health.check('progress', () => false, { of: 'live' });
    expect(await health.liveness()).toMatchObject({ ok: false, checks: { progress: { ok: false } } });
  });
});
