// The totals of the last hours, in Redis, where any number of processes count at once. One script counts a batch
// whole or not at all, and only if its id is new, so a batch that is delivered again changes nothing.
//
//   …:counts:<hour>     hash: the fields of client-event-fields.ts (libs/jobs), and `born`, which is new after a flush
//   …:sessions:<hour>   HyperLogLog of the clients' keys
//   …:batches:<hour>:n  sets of the ids that were counted
//   …:turn              which process takes the snapshots
import { createHash } from 'node:crypto';
import type { ClientEventPart } from '@finito/db';
import { hourOf } from '@finito/jobs';
import type { CountedBatch } from '@finito/jobs';
import type { ChainableCommander, Redis } from 'ioredis';
import { totalsFrom } from './totals-from.ts';

export interface HourlyTotals {
  /** For each batch false when one of its id and time of receipt was counted before. One round trip for all. */
  add(batches: CountedBatch[]): Promise<boolean[]>;
  /** The totals of these hours (ms since 1970), without those that have none. */
  read(hours: number[]): Promise<ClientEventPart[]>;
  /** Whether it is for `owner` to take snapshots, now and for the next `forMs`. */
  takeTurn(owner: string, forMs: number): Promise<boolean>;
}

const addBatch = `
if redis.call('SADD', KEYS[1], ARGV[2]) == 0 then return 0 end
redis.call('EXPIRE', KEYS[1], ARGV[1])
local time = redis.call('TIME')
local at = 4 + ARGV[3]
local clients = {}
for i = 4, at - 1 do clients[i - 3] = ARGV[i] end
for i = 2, #KEYS, 2 do
  redis.call('HSETNX', KEYS[i], 'born', time[1] .. string.format('%06d', time[2]))
  local last = at + 2 * ARGV[at]
  for field = at + 1, last, 2 do
    redis.call('HINCRBY', KEYS[i], ARGV[field], ARGV[field + 1])
  end
  at = last + 1
  redis.call('PFADD', KEYS[i + 1], unpack(clients))
  redis.call('EXPIRE', KEYS[i], ARGV[1])
  redis.call('EXPIRE', KEYS[i + 1], ARGV[1])
end
return 1`;

/** The braces keep all keys in one slot of a Redis Cluster. */
const prefix = '{finito-client-events}';

export function createHourlyTotals({
  redis,
  retentionHours,
}: {
  redis: Redis;
  retentionHours: number;
}): HourlyTotals {
  const keptSeconds = (retentionHours + 1) * 3_600;
  redis.defineCommand('finitoAddClientEvents', { lua: addBatch });

  return {
    async add(batches) {
      const pipeline = redis.pipeline() as Scripts;
      for (const { id, receivedAt, hours, clientKey, others = [] } of batches) {
        const { set, member } = guardOf(id, receivedAt);
        const keys = [set];
        const clients = [clientKey, ...others.map((other) => other.clientKey)];
        const told: (string | number)[] = [keptSeconds, member, clients.length, ...clients];
        for (const [hour, fields] of hours) {
          keys.push(countsKey(hour), sessionsKey(hour));
          const entries = Object.entries(fields);
          told.push(entries.length);
          for (const [field, count] of entries) told.push(field, count);
        }
        pipeline.finitoAddClientEvents(keys.length, ...keys, ...told);
      }
      return ((await pipeline.exec()) ?? []).map(([error, added]) => {
        if (error) throw error;
        return added === 1;
      });
    },

    async read(hours) {
      const pipeline = redis.pipeline();
      for (const hour of hours) pipeline.hgetall(countsKey(hour)).pfcount(sessionsKey(hour));
      const answers = ((await pipeline.exec()) ?? []).map(([error, answer]) => {
        if (error) throw error;
        return answer;
      });
      return hours.flatMap((hour, i) => {
        const fields = answers[2 * i] as Record<string, string>;
        return fields['born'] === undefined ? [] : [totalsFrom(hour, fields, Number(answers[2 * i + 1]))];
      });
    },

    async takeTurn(owner, forMs) {
      if (await redis.set(`${prefix}:turn`, owner, 'PX', forMs, 'NX')) return true;
      if ((await redis.get(`${prefix}:turn`)) !== owner) return false;
      await redis.pexpire(`${prefix}:turn`, forMs);
      return true;
    },
  };
}

type Scripts = ChainableCommander & {
  finitoAddClientEvents(keyCount: number, ...keysAndArguments: (string | number)[]): unknown;
};

const countsKey = (hour: number) => `${prefix}:counts:${hour}`;
const sessionsKey = (hour: number) => `${prefix}:sessions:${hour}`;

/** Spread so that Redis keeps each set as sorted integers, 8 bytes each: a key of its own would cost 150. */
const guardSets = 4_096;

function guardOf(batchId: string, receivedAt: number): { set: string; member: number } {
  const digest = createHash('sha256').update(batchId).digest();
  const set = digest.readUInt16BE(6) % guardSets;
  return { set: `${prefix}:batches:${hourOf(receivedAt)}:${set}`, member: digest.readUIntBE(0, 6) };
}
