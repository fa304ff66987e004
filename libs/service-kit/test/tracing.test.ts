import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLog, createTracing, inSpan, noTracing } from '@finito/service-kit';
import type { Tracing } from '@finito/service-kit';
import { startOtlpReceiver } from '@finito/testing';

const cause = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let tracing: Tracing;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  tracing = await createTracing('test', { url: `${receiver.url}/v1/traces`, ratio: 1 });
});
afterEach(() => receiver.close());

async function told() {
  await tracing.close();
  return receiver.spans();
}

describe('tracing', () => {
  it('follows what caused it, through whatever is awaited, to the calls at its end', async () => {
    await inSpan(tracing, 'job sync-mailbox', { kind: 'consumer', traceparent: cause }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      tracing.past('gmail messages.get', 5, { 'http.response.status_code': 200 }, false);
    });
    const [call, job] = await told();
    expect(job).toMatchObject({ service: 'test', traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) });
    expect(call).toMatchObject({
      name: 'gmail messages.get',
      traceId: job!.traceId,
      parentSpanId: job!.spanId,
    });
    expect(call!.facts).toEqual({ 'http.response.status_code': 200 });
  });

  it('keeps two that run at once apart', async () => {
    const run = (name: string) =>
      inSpan(tracing, name, { kind: 'consumer' }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return tracing.traceparent();
      });
    const [one, other] = await Promise.all([run('one'), run('other')]);
    const spans = await told();
    for (const [name, traceparent] of [
      ['one', one],
      ['other', other],
    ]) {
      const { traceId, spanId } = spans.find((span) => span.name === name)!;
      expect(traceparent).toBe(`00-${traceId}-${spanId}-01`);
    }
  });

  it('notes a failure by the name of its error, never by its words', async () => {
    const failing = inSpan(tracing, 'job', { kind: 'consumer' }, () =>
      Promise.reject(new TypeError('ann@example.com')),
    );
    await expect(failing).rejects.toThrow(TypeError);
    const spans = await told();
    expect(spans).toMatchObject([{ failed: true, facts: { 'error.type': 'TypeError' } }]);
    expect(JSON.stringify(spans)).not.toContain('ann@');
  });

  it.each(['', 'nonsense', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`, 'x'.repeat(10_000)])(
    'begins anew where the cause is nonsense (%#)',
    async (traceparent) => {
      await inSpan(tracing, 'request', { kind: 'server', traceparent }, () => Promise.resolve());
      expect(await told()).toMatchObject([{ name: 'request', parentSpanId: undefined }]);
    },
  );

  it('keeps what the ratio says, also when a stranger asks for more', async () => {
    await tracing.close();
    tracing = await createTracing('test', { url: `${receiver.url}/v1/traces`, ratio: 0 });
    await inSpan(tracing, 'request', { kind: 'server', traceparent: cause }, () => Promise.resolve());
    expect(await told()).toEqual([]);
  });

  it('puts its ids into the log', async () => {
    const lines: string[] = [];
    const log = createLog({
      service: 'test',
      ids: tracing.ids,
      destination: { write: (line) => void lines.push(line) },
    });
    await inSpan(tracing, 'request', { kind: 'server', traceparent: cause }, () =>
      Promise.resolve(log.info('hello')),
    );
    log.info('outside');
    expect(JSON.parse(lines[0]!)).toMatchObject({ traceId: 'a'.repeat(32), msg: 'hello' });
    expect(lines[1]).not.toContain('traceId');
  });

  it('is nothing at all where nobody looks', async () => {
    expect(await createTracing('test', undefined)).toBe(noTracing);
    expect(await inSpan(noTracing, 'x', { kind: 'client' }, () => Promise.resolve(7))).toBe(7);
    expect(noTracing.traceparent()).toBeUndefined();
  });

  it('ends in time while the receiver is away', async () => {
    const away = await createTracing('test', { url: 'http://127.0.0.1:9/v1/traces', ratio: 1 });
    await inSpan(away, 'request', { kind: 'server' }, () => Promise.resolve());
    await away.close();
  });
});
