import type { Redis } from 'ioredis';

export interface KeyCount {
  /** How many of those asked for were admitted. */
  granted: number;
  /** How many are in the window, those included. */
  count: number;
  resetMs: number;
}

/** Counts many keys in one round trip; also tells how many processes have counted within the last window. */
export type CountInRedis = (
  asked: { key: string; wanted: number; limit: number }[],
) => Promise<{ processes: number; counts: KeyCount[] }>;

// A window is a list: time and number of each admission, oldest first, and last of all their sum. So each step
// touches an end of the list only. Times are Redis' own; after a jump of its clock old entries count as gone.
const lua = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local window, grain = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
redis.call('PEXPIRE', KEYS[1], window)
local answer = { redis.call('ZCARD', KEYS[1]) }

for i = 2, #KEYS do
  local key, wanted, limit = KEYS[i], tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local stored = tonumber(redis.call('LINDEX', key, -1) or 0)
  local sum, oldest = stored, nil
  while sum > 0 do
    local entry = redis.call('LRANGE', key, 0, 1)
    oldest = tonumber(entry[1])
    if math.abs(now - oldest) <= window then break end
    redis.call('LTRIM', key, 2, -1)
    sum, oldest = sum - tonumber(entry[2]), nil
  end
  local granted = math.max(0, math.min(wanted, limit - sum))
  if sum ~= stored or granted > 0 then
    redis.call('RPOP', key)
    local count = granted
    if granted > 0 then
      if sum > 0 then
        local last = redis.call('LRANGE', key, -2, -1)
        if math.floor(last[1] / grain) == math.floor(now / grain) then
          redis.call('LTRIM', key, 0, -3)
          count = count + tonumber(last[2])
          if count == sum + granted then oldest = now end
        end
      end
      redis.call('RPUSH', key, now, count)
    end
    sum = sum + granted
    if sum > 0 then redis.call('RPUSH', key, sum) end
    if granted > 0 then redis.call('PEXPIRE', key, window + grain) end
  end
  answer[#answer + 1] = granted
  answer[#answer + 1] = sum
  answer[#answer + 1] = (oldest or now) + window + 1 - now
end
return answer`;

const name = 'finitoRateLimit';

/** `processId` names whoever counts; a window of `windowMs` ends for each admission by itself. */
export function countInRedis(
  redis: Redis,
  { prefix, windowMs, grainMs, processId }: CountOptions,
): CountInRedis {
  redis.defineCommand(name, { lua });
  const commands = redis as unknown as Record<
    string,
    (...args: (string | number)[]) => Promise<(number | string)[]>
  >;
  return async (asked) => {
    const keys = [`${prefix}processes`, ...asked.map(({ key }) => prefix + key)];
    const numbers = asked.flatMap(({ wanted, limit }) => [wanted, limit]);
    const answer = await commands[name]!(keys.length, ...keys, processId, windowMs, grainMs, ...numbers);
    const [processes = 1, ...rest] = answer.map(Number);
    const counts = asked.map((_, i) => {
      const [granted = 0, count = 0, resetMs = 0] = rest.slice(i * 3, i * 3 + 3);
      return { granted, count, resetMs };
    });
    return { processes, counts };
  };
}

interface CountOptions {
  prefix: string;
  windowMs: number;
  grainMs: number;
  processId: string;
}
