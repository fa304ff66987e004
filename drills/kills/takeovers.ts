import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../../bench/kit/world.ts';

const everyMs = 50;
const patienceMs = 30_000;

/** The leases that a process holds, each with its fence. A worker names its process in them. */
export async function leasesOf({ pool }: Pick<World, 'pool'>, pid: number): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; fence: string }>(
    `SELECT id, lease_fence AS fence FROM mailboxes WHERE lease_owner LIKE '%:' || $1 || ':%' AND lease_until > now()`,
    [String(pid)],
  );
  return new Map(rows.map(({ id, fence }) => [id, fence]));
}

/** Seconds until somebody else has taken each of them. */
export async function takeovers(
  { pool }: Pick<World, 'pool'>,
  leases: Map<string, string>,
): Promise<number[]> {
  const left = new Map(leases);
  const startedAt = performance.now();
  const seconds: number[] = [];
  const since = () => (performance.now() - startedAt) / 1_000;
  while (left.size > 0 && since() * 1_000 < patienceMs) {
    const { rows } = await pool.query<{ id: string; fence: string }>(
      'SELECT id, lease_fence AS fence FROM mailboxes WHERE id = ANY($1)',
      [[...left.keys()]],
    );
    for (const { id, fence } of rows) {
      if (fence === left.get(id)) continue;
      left.delete(id);
      seconds.push(since());
    }
    await sleep(everyMs);
  }
  return [...seconds, ...[...left].map(since)];
}
