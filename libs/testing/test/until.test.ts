import { describe, expect, it } from '@jest/globals';
import { until } from '@finito/testing';

describe('until', () => {
  it('hands back what it waited for', async () => {
    let looks = 0;
    expect(await until(() => (++looks > 2 ? `after ${looks}` : undefined), { everyMs: 1 })).toBe('after 3');
  });

  it('takes an error for "not yet", and tells the last one when time is up', async () => {
    const waiting = until(
      () => {
        throw new Error('still closed');
      },
      { timeoutMs: 30, everyMs: 5, message: 'the door' },
    );
    await expect(waiting).rejects.toMatchObject({
      message: 'Waited 30 ms in vain for the door',
      cause: { message: 'still closed' },
    });
  });

  it('is not held up by a look that never answers', async () => {
    await expect(until(() => new Promise<boolean>(() => undefined), { timeoutMs: 40 })).rejects.toThrow(
      '40 ms',
    );
  });

  it('ends with the reason of its signal, though the look says "not yet" for ever', async () => {
    const stop = new AbortController();
    const waiting = until(
      () => {
        stop.abort(new Error('interrupted'));
        return false;
      },
      { everyMs: 5, signal: stop.signal },
    );
    await expect(waiting).rejects.toThrow('interrupted');
  });
});
