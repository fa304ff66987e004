import type { Pool } from 'pg';
import { newId } from './ids.ts';

export interface RateLimitOverride {
  id: string;
  rateClass: string;
  /** A user's id, an address, or empty for everybody. */
  identity: string;
  requestsPerMinute: number;
  reason: string;
  createdAt: Date;
  expiresAt: Date;
}

export interface RateLimitOverrides {
  /** Those that hold, newest first. */
  list(): Promise<RateLimitOverride[]>;
  /** In place of one for the same class and identity. Takes away what has expired. */
  set(override: {
    rateClass: string;
    identity: string;
    requestsPerMinute: number;
    reason: string;
    expiresInSeconds: number;
  }): Promise<RateLimitOverride>;
  /** False when there is none. */
  end(id: string): Promise<boolean>;
}

const columns = `id, rate_class AS "rateClass", identity, requests_per_minute AS "requestsPerMinute", reason,
  created_at AS "createdAt", expires_at AS "expiresAt"`;

export function rateLimitOverrides(pool: Pool): RateLimitOverrides {
  return {
    async list() {
      const { rows } = await pool.query<RateLimitOverride>(
        `SELECT ${columns} FROM rate_limit_overrides WHERE expires_at > now() ORDER BY created_at DESC, id`,
      );
      return rows;
    },

    async set({ rateClass, identity, requestsPerMinute, reason, expiresInSeconds }) {
      await pool.query('DELETE FROM rate_limit_overrides WHERE expires_at <= now()');
      const { rows } = await pool.query<RateLimitOverride>(
        `INSERT INTO rate_limit_overrides (id, rate_class, identity, requests_per_minute, reason, expires_at)
         VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 second')
         ON CONFLICT (rate_class, identity) DO UPDATE
         SET id = excluded.id, requests_per_minute = excluded.requests_per_minute, reason = excluded.reason,
           created_at = now(), expires_at = excluded.expires_at
         RETURNING ${columns}`,
        [newId('rlo'), rateClass, identity, requestsPerMinute, reason, expiresInSeconds],
      );
      return rows[0]!;
    },

    async end(id) {
      const { rowCount } = await pool.query('DELETE FROM rate_limit_overrides WHERE id = $1', [id]);
      return rowCount === 1;
    },
  };
}
