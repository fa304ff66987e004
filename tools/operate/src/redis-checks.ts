// What Redis says of itself: whether it would lose jobs, and whether it is closed to others.
import { createLog, createRedis } from '@finito/service-kit';
import type { RedisAddress } from '@finito/service-kit';
import { bad, expectThat, good, notAsked, partly } from './finding.ts';
import type { Finding } from './finding.ts';

const withinMs = 3_000;

/** Asks with a deadline: a Redis that is frozen answers nothing and closes nothing. */
export async function redisChecks(address: RedisAddress): Promise<Finding[]> {
  const log = createLog({ service: 'operate', level: 'silent' });
  const redis = createRedis(address, { role: 'producer', log });
  let fault: Error | undefined;
  redis.on('error', (error: Error) => (fault = error));
  try {
    const startedAt = Date.now();
    const info = await inTime(redis.info(), () => fault);
    const roundTripMs = Date.now() - startedAt;
    const [seconds] = await redis.time();
    return [
      good('Redis answers', `${roundTripMs} ms`),
      ...judge(fieldsOf(info), { address, clockMs: Number(seconds) * 1_000 }),
    ];
  } catch (error) {
    return [explained(fault ?? (error as Error), address)];
  } finally {
    redis.disconnect();
  }
}

async function inTime<T>(answer: Promise<T>, fault: () => Error | undefined): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fault() ?? new Error('no answer')), withinMs);
  });
  answer.catch(() => undefined);
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const fieldsOf = (info: string) =>
  Object.fromEntries(info.split('\r\n').map((line) => line.split(/:(.*)/s, 2))) as Record<string, string>;

function judge(
  info: Record<string, string>,
  { address, clockMs }: { address: RedisAddress; clockMs: number },
): Finding[] {
  const [major = 0, minor = 0] = (info['redis_version'] ?? '').split('.').map(Number);
  const share = Number(info['used_memory']) / (Number(info['maxmemory']) || Infinity);
  const isCluster = info['cluster_enabled'] === '1';
  const { hostname, protocol, password } = new URL(address.redisUrl);
  const isNear = /^(localhost|127\.|\[::1)/.test(hostname);
  return [
    expectThat('Redis is 6.2 or newer', major > 6 || (major === 6 && minor >= 2), {
      read: info['redis_version'] ?? 'unknown',
      advice: 'Older ones lack commands that BullMQ needs.',
    }),
    expectThat('Redis evicts nothing', info['maxmemory_policy'] === 'noeviction', {
      read: info['maxmemory_policy'] ?? 'unknown',
      advice: 'CONFIG SET maxmemory-policy noeviction, and in its file: a queue that evicts loses jobs.',
    }),
    expectThat('Redis keeps an append-only file', info['aof_enabled'] === '1', {
      read: info['aof_enabled'] === '1' ? 'on' : 'off',
      advice: 'CONFIG SET appendonly yes, and in its file: without it a restart forgets quota and limits.',
    }),
    expectThat('its last write to disk went well', info['aof_last_write_status'] !== 'err', {
      read: info['aof_last_write_status'] ?? 'unknown',
      advice: 'Is its disk full?',
    }),
    expectThat('it has memory to spare', share < 0.8, {
      read: share === 0 ? 'no limit' : `${Math.round(share * 100)} % of maxmemory`,
      advice: 'At its limit it refuses new jobs: give it more (docs/scaling.md).',
    }),
    expectThat('Cluster and settings agree', isCluster === (address.redisCluster ?? false), {
      read: isCluster ? 'a Cluster' : 'one server',
      advice: `Set REDIS_CLUSTER=${isCluster ? 'on' : 'off'}.`,
    }),
    isNear
      ? notAsked('it is reached with a password and TLS', 'It is on this machine.')
      : expectThat('it is reached with a password and TLS', protocol === 'rediss:' && password !== '', {
          read: `${protocol}//, ${password === '' ? 'no password' : 'a password'}`,
          advice: 'Jobs and events travel here: use rediss:// and a password.',
        }),
    expectThat('its clock and this one agree', Math.abs(clockMs - Date.now()) < 3_000, {
      read: `${((clockMs - Date.now()) / 1_000).toFixed(1)} s apart`,
      advice: 'Quota and limits go by its clock: let it take its time from NTP.',
    }),
  ];
}

/** What the faults of a connection mean. */
function explained({ message, ...rest }: Error, { redisUrl }: RedisAddress): Finding {
  const { host, protocol } = new URL(redisUrl);
  const code = (rest as { code?: string }).code ?? '';
  const what = `Redis at ${host} answers`;
  if (/WRONGPASS|invalid password/.test(message))
    return bad(
      what,
      'it refuses the password',
      'The password in REDIS_URL (or UPSTASH_REDIS_TOKEN) is not its own.',
    );
  if (/NOAUTH/.test(message))
    return bad(what, 'it wants a password', 'Put it into REDIS_URL: redis://:password@host:6379.');
  if (/ECONNREFUSED/.test(code + message))
    return bad(
      what,
      'nobody listens there',
      'Is it running, and is the port right? A container’s localhost is itself.',
    );
  if (/ENOTFOUND|EAI_AGAIN/.test(code + message))
    return bad(
      what,
      'the name is not known',
      'Is the host of REDIS_URL right, and reachable from this network?',
    );
  if (/SSL|TLS|certificate|wrong version|EPROTO/i.test(code + message))
    return bad(
      what,
      'TLS fails',
      `It speaks ${protocol === 'rediss:' ? 'no TLS here, or its certificate is not trusted (NODE_EXTRA_CA_CERTS)' : 'TLS: use rediss://'}.`,
    );
  if (/MOVED|CLUSTERDOWN/.test(message))
    return partly(what, message.split(' ')[0]!, 'It is a Cluster: set REDIS_CLUSTER=on.');
  const hangs = 'it hangs, or a firewall drops what is sent to it.';
  return bad(
    what,
    `no answer within ${withinMs / 1_000} s`,
    protocol === 'rediss:' ? `It speaks no TLS here (then use redis://), ${hangs}` : `Perhaps ${hangs}`,
  );
}
