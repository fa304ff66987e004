import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConsumer, syncMailbox } from '@finito/jobs';
import { createTracing } from '@finito/service-kit';
import type { Tracing } from '@finito/service-kit';
import { startOtlpReceiver, until } from '@finito/testing';
import { aGateway } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

const traceId = 'e'.repeat(32);
let gateway: TestGateway;
let tracing: Tracing;
let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  tracing = await createTracing('gateway', { url: `${receiver.url}/v1/traces`, ratio: 1 });
  gateway = await aGateway({ needs: { tracing } });
});
afterAll(async () => {
  await gateway.close();
  await receiver.close();
});

describe('a request whose caller traces', () => {
  it('is part of its trace, and so is the job that it enqueues', async () => {
    const user = await gateway.aUser();
    const { mailboxId } = await gateway.aMailbox(user.id);
    const redis = gateway.redis.worker.duplicate();
    const causes: (string | undefined)[] = [];
    const consumer = createConsumer(syncMailbox, () => Promise.resolve(), {
      redis,
      prefix: gateway.prefix,
      inSpan: (cause, work) => {
        causes.push(cause);
        return work();
      },
    });
    const answer = await fetch(`${gateway.origin}/api/sync`, {
      method: 'POST',
      headers: {
        authorization: user.authorization,
        'content-type': 'application/json',
        traceparent: `00-${traceId}-${'f'.repeat(16)}-01`,
      },
      body: JSON.stringify({ mailboxId }),
    });
    expect(answer.status).toBe(202);
    await until(() => causes.length > 0);
    await consumer.close();
    redis.disconnect();
    await tracing.close();

    const [span] = receiver.spans().filter((each) => each.traceId === traceId);
    expect(span).toMatchObject({ service: 'gateway', name: 'POST', parentSpanId: 'f'.repeat(16) });
    expect(span!.facts).toEqual({ 'http.route': '/api/sync', 'http.response.status_code': 202 });
    expect(causes).toEqual([`00-${traceId}-${span!.spanId}-01`]);
  });
});
