import type { Redis } from 'ioredis';
import type { Pool } from 'pg';

/** All that is written, as a digest of each table and the number of keys in Redis: equal when nothing was written. */
export async function writtenIn(pool: Pool, redis: Redis): Promise<Record<string, unknown>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  const digests = tables.map(
    ({ name }) =>
      `(SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM "${name}" t) AS "${name}"`,
  );
  const { rows } = await pool.query<Record<string, string>>(`SELECT ${digests.join(', ')}`);
  return { ...rows[0], redis: await redis.dbsize() };
}
