import type { Pool, QueryResultRow } from 'pg';

/** What reads need of a pool. */
export interface Reader {
  query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<{ rows: Row[] }>;
}

/** After a failure the replica is left alone for so long: a dead one must not cost every read its time. */
const avoidedMs = 5_000;

/** Reads from the replica, and from the primary while the replica is out of reach. */
export function replicaFirst(replica: Pool, primary: Pool): Reader {
  let avoidUntil = 0;
  return {
    async query<Row extends QueryResultRow>(sql: string, values?: unknown[]) {
      if (performance.now() < avoidUntil) return primary.query<Row>(sql, values);
      try {
        return await replica.query<Row>(sql, values);
      } catch (error) {
        if (!isOutOfReach(error)) throw error;
        avoidUntil = performance.now() + avoidedMs;
        return primary.query<Row>(sql, values);
      }
    },
  };
}

/**
 * No answer, or one that only a server gives that is starting, ending, or cancels reads to catch up with its primary
 * (classes 08, 57 and 40 of https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
function isOutOfReach(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || /^(08|57|40)/.test(code);
}
