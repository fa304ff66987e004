import type { ClusterNode, ClusterOptions, RedisOptions } from 'ioredis';
import { env } from './env.ts';

/** How several Redis servers are one: spread over a Cluster, or one that Sentinels name. */
export const redisSettings = {
  REDIS_CLUSTER: env.flag({ default: false }),
  /** `host:port` of Sentinels; the host of REDIS_URL is then not asked, its password, TLS and database count. */
  REDIS_SENTINELS: env.list().optional(),
  REDIS_SENTINEL_MASTER: env.text({ default: 'finito' }),
  REDIS_SENTINEL_PASSWORD: env.secret({ minLength: 1 }).optional(),
};

/** The settings that say where Redis is; `redisUrl` alone is one server. */
export interface RedisAddress {
  redisUrl: string;
  redisCluster?: boolean;
  redisSentinels?: readonly string[] | undefined;
  redisSentinelMaster?: string;
  redisSentinelPassword?: string | undefined;
}

/** The options for one server behind Sentinels. @throws RangeError for a Sentinel that is no `host:port` */
export function sentinelOptions(address: RedisAddress): RedisOptions {
  const { redisSentinels = [], redisSentinelMaster = 'finito', redisSentinelPassword } = address;
  const { username, password, db, tls } = partsOf(address.redisUrl);
  return {
    sentinels: redisSentinels.map(nodeOf),
    name: redisSentinelMaster,
    ...{ username, password, db, tls },
    ...(redisSentinelPassword !== undefined && { sentinelPassword: redisSentinelPassword }),
    enableTLSForSentinelMode: tls !== undefined,
  };
}

/** The first node and the options for a Cluster; the others are found from it. */
export function clusterOptions(
  { redisUrl }: RedisAddress,
  ofEachNode: RedisOptions,
): { nodes: ClusterNode[]; options: ClusterOptions } {
  const { host, port, username, password, tls } = partsOf(redisUrl);
  return {
    nodes: [{ host, port }],
    options: {
      redisOptions: { ...ofEachNode, username, password, tls },
      enableOfflineQueue: ofEachNode.enableOfflineQueue ?? true,
      enableAutoPipelining: ofEachNode.enableAutoPipelining ?? false,
      // A certificate names hosts: addresses that nodes tell each other would not match it.
      ...(tls && { dnsLookup: (name, found) => found(null, name) }),
    },
  };
}

function partsOf(redisUrl: string) {
  const url = new URL(redisUrl);
  return {
    host: url.hostname,
    port: Number(url.port || 6379),
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    db: Number(url.pathname.slice(1) || 0),
    tls: url.protocol === 'rediss:' ? {} : undefined,
  };
}

function nodeOf(text: string): { host: string; port: number } {
  const [, host = '', port = '26379'] = /^(.+?)(?::(\d+))?$/.exec(text) ?? [];
  if (host === '')
    throw new RangeError('REDIS_SENTINELS is not valid; expected host:port, separated by commas');
  return { host, port: Number(port) };
}
