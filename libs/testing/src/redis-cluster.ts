import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './ports.ts';
import { findRedis } from './redis-binary.ts';
import { startRedisServer } from './redis-server.ts';
import { until } from './until.ts';

export interface TestRedisCluster {
  /** Of one node; the others are found from it. */
  readonly url: string;
  /** How many keys each node holds. */
  keyCounts(): Promise<number[]>;
  stop(): Promise<void>;
}

const slots = 16_384;

/** A Redis Cluster of three nodes on this machine, without replicas, in about two seconds. */
export async function startTestRedisCluster(): Promise<TestRedisCluster> {
  const binary = await findRedis();
  const dataDir = mkdtempSync(join(tmpdir(), 'finito-cluster-'));
  const servers = await Promise.all(
    [0, 1, 2].map(async (index) => {
      const busPort = await freePort();
      const settings = ['cluster-enabled yes', `cluster-port ${busPort}`, 'cluster-node-timeout 2000'];
      const server = await startRedisServer({ dataDir: join(dataDir, String(index)), binary, settings });
      const redis = new Redis(server.url, { maxRetriesPerRequest: 1, commandTimeout: 5_000 });
      redis.on('error', () => undefined);
      return { ...server, busPort, redis };
    }),
  );
  await becomeOne(servers);
  return {
    url: servers[0]!.url,
    keyCounts: () => Promise.all(servers.map(({ redis }) => redis.dbsize())),
    async stop() {
      for (const { redis } of servers) redis.disconnect();
      await Promise.all(servers.map((server) => server.process.stop({ signal: 'SIGKILL' })));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function becomeOne(nodes: { port: number; busPort: number; redis: Redis }[]): Promise<void> {
  const bound = (index: number) => Math.round((slots / nodes.length) * index);
  const [first, ...others] = nodes;
  for (const [index, { redis }] of nodes.entries()) {
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', bound(index), bound(index + 1) - 1);
    await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  }
  for (const { port, busPort } of others)
    await first!.redis.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  const isWhole = async ({ redis }: { redis: Redis }) => {
    const info = String(await redis.call('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`);
  };
  await until(async () => (await Promise.all(nodes.map(isWhole))).every(Boolean), {
    timeoutMs: 20_000,
    message: 'the cluster to be whole',
  });
}
