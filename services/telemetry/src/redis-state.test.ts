import { describe, expect, it } from '@jest/globals';
import { redisStateFrom } from './redis-state.ts';

const info = (fields: Record<string, string | number>) =>
  `# Memory\r\n${Object.entries(fields)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('')}`;

describe('what Redis says of itself', () => {
  it('tells memory in use and its limit, and no limit when there is none', () => {
    expect(redisStateFrom(info({ used_memory: 1_500, maxmemory: 2_000 }))).toMatchObject({
      usedBytes: 1_500,
      maxBytes: 2_000,
    });
    expect(redisStateFrom(info({ used_memory: 1_500, maxmemory: 0 })).maxBytes).toBeNull();
  });

  it.each([
    { maxmemory: 0, maxmemory_policy: 'allkeys-lru', never: true },
    { maxmemory: 1, maxmemory_policy: 'allkeys-lru', never: false },
    { maxmemory: 1, maxmemory_policy: 'volatile-ttl', never: false },
    { maxmemory: 1, maxmemory_policy: 'noeviction', never: true },
  ])('with maxmemory $maxmemory and $maxmemory_policy it never evicts: $never', ({ never, ...fields }) => {
    expect(redisStateFrom(info(fields)).neverEvicts).toBe(never);
  });

  it.each([
    {
      aof_enabled: 1,
      aof_last_write_status: 'ok',
      rdb_last_bgsave_status: 'ok',
      isAppendOnly: true,
      good: true,
    },
    {
      aof_enabled: 0,
      aof_last_write_status: 'ok',
      rdb_last_bgsave_status: 'ok',
      isAppendOnly: false,
      good: true,
    },
    {
      aof_enabled: 1,
      aof_last_write_status: 'err',
      rdb_last_bgsave_status: 'ok',
      isAppendOnly: true,
      good: false,
    },
    {
      aof_enabled: 0,
      aof_last_write_status: 'ok',
      rdb_last_bgsave_status: 'err',
      isAppendOnly: false,
      good: false,
    },
  ])('keeps what it acknowledged ($isAppendOnly), and could write it last ($good)', (each) => {
    const { isAppendOnly, good, ...fields } = each;
    expect(redisStateFrom(info(fields))).toMatchObject({ isAppendOnly, lastWriteWasGood: good });
  });
});
