import type { Pool } from 'pg';
import { newId } from './ids.ts';

export interface ApiToken {
  id: string;
  name: string;
  createdAt: Date;
  expiresAt: Date | null;
}

export interface ApiTokenStore {
  create(userId: string, token: { sha256: Buffer; name: string; expiresAt: Date | null }): Promise<ApiToken>;
  /** Those that still work, newest first. */
  list(userId: string): Promise<ApiToken[]>;
  /** False when the user has no such token. A token that is revoked stays revoked. */
  revoke(userId: string, tokenId: string): Promise<boolean>;
  /** Whose token it is; undefined for one that is unknown, revoked or expired. */
  findUserId(sha256: Buffer): Promise<string | undefined>;
}

const columns = 'id, name, created_at AS "createdAt", expires_at AS "expiresAt"';
const works = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())';

export function apiTokenStore(pool: Pool): ApiTokenStore {
  return {
    async create(userId, { sha256, name, expiresAt }) {
      const { rows } = await pool.query<ApiToken>(
        `INSERT INTO api_tokens (id, user_id, sha256, name, expires_at) VALUES ($1, $2, $3, $4, $5) RETURNING ${columns}`,
        [newId('tok'), userId, sha256, name, expiresAt],
      );
      return rows[0]!;
    },

    async list(userId) {
      const { rows } = await pool.query<ApiToken>(
        `SELECT ${columns} FROM api_tokens WHERE user_id = $1 AND ${works} ORDER BY created_at DESC, id`,
        [userId],
      );
      return rows;
    },

    async revoke(userId, tokenId) {
      const { rowCount } = await pool.query(
        'UPDATE api_tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 AND user_id = $2',
        [tokenId, userId],
      );
      return rowCount === 1;
    },

    async findUserId(sha256) {
      const { rows } = await pool.query<{ userId: string }>(
        `SELECT user_id AS "userId" FROM api_tokens WHERE sha256 = $1 AND ${works}`,
        [sha256],
      );
      return rows[0]?.userId;
    },
  };
}
