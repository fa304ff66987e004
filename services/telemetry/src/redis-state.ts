export interface RedisState {
  usedBytes: number;
  /** Null: no limit but the machine's. */
  maxBytes: number | null;
  /** An eviction takes jobs away without a word. */
  neverEvicts: boolean;
  /** What was acknowledged outlives a restart. */
  isAppendOnly: boolean;
  lastWriteWasGood: boolean;
}

/** From the text of `INFO memory` and `INFO persistence`, which hosted Redis answers as well, unlike `CONFIG`. */
export function redisStateFrom(info: string): RedisState {
  const fields = new Map(
    info.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
  const max = Number(fields.get('maxmemory') ?? 0);
  return {
    usedBytes: Number(fields.get('used_memory') ?? 0),
    maxBytes: max === 0 ? null : max,
    // Without a limit nothing is evicted whatever the policy says.
    neverEvicts: max === 0 || fields.get('maxmemory_policy') === 'noeviction',
    isAppendOnly: fields.get('aof_enabled') === '1',
    lastWriteWasGood:
      fields.get('aof_last_write_status') !== 'err' && fields.get('rdb_last_bgsave_status') !== 'err',
  };
}
