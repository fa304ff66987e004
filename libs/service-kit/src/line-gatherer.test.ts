import { until } from '@finito/testing';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { gatherLines } from './line-gatherer.ts';

function aLog() {
  const written: string[] = [];
  const lines = gatherLines((text) => void written.push(text));
  return { lines, written, log: pino({ base: null, timestamp: false }, lines) };
}

describe('the lines of a log', () => {
  it('go out at once after a silence, and together when they come in quick succession, in order', async () => {
    const { log, written } = aLog();
    log.info('first');
    expect(written).toHaveLength(1);
    for (let i = 0; i < 50; i += 1) log.info(`${i}`);
    expect(written).toHaveLength(1);
    await until(() => written.length === 2);
    const messages = written
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual(['first', ...Array.from({ length: 50 }, (_, i) => `${i}`)]);
  });

  it('wait for nothing once there is a warning, a lot of them, or the end of the process', () => {
    const { log, lines, written } = aLog();
    log.info('first');
    log.info('second');
    log.warn('third');
    expect(written[1]).toMatch(/second.*\n.*third/);
    for (let i = 0; i < 40; i += 1) log.info('x'.repeat(1_000));
    expect(written.length).toBeGreaterThan(2);
    log.info('last');
    lines.flush();
    expect(written.at(-1)).toContain('last');
  });
});
