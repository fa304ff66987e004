import type { Pool } from 'pg';
import { CredentialsUnreadableError } from './errors.ts';
import { openText, sealText } from './sealed-text.ts';
import type { EncryptionKeys } from './sealed-text.ts';

export interface Sealing {
  /** How many rows each key has sealed, by its id; also ids of keys that this process does not have. */
  countByKey(): Promise<Map<string, number>>;
  /**
   * Seals up to `limit` rows anew that an older key has sealed, with the newest. Returns how many it tried; rows whose
   * key is not here are left. Beside a refresh it loses: what was written meanwhile stays.
   */
  reseal(limit: number): Promise<number>;
}

/** Everything that is sealed. */
const places = [
  { table: 'mailboxes', column: 'credentials' },
  { table: 'webhooks', column: 'secret' },
] as const;

export function sealingStore(pool: Pool, keys: EncryptionKeys): Sealing {
  const [current, ...older] = keys.keys();

  async function resealPlace({ table, column }: (typeof places)[number], limit: number): Promise<number> {
    const { rows } = await pool.query<{ id: string; sealed: string }>(
      `SELECT id, ${column} AS sealed FROM ${table} WHERE split_part(${column}, '.', 2) = ANY($1) LIMIT $2`,
      [older, limit],
    );
    for (const { id, sealed } of rows) {
      const text = openOrNothing(id, sealed, keys);
      if (text === undefined) continue;
      await pool.query(`UPDATE ${table} SET ${column} = $3 WHERE id = $1 AND ${column} = $2`, [
        id,
        sealed,
        sealText(id, text, keys),
      ]);
    }
    return rows.length;
  }

  return {
    async countByKey() {
      const counts = new Map<string, number>(current === undefined ? [] : [[current, 0]]);
      for (const { table, column } of places) {
        const { rows } = await pool.query<{ key: string; count: number }>(
          `SELECT split_part(${column}, '.', 2) AS key, count(*)::int AS count FROM ${table}
           WHERE ${column} IS NOT NULL GROUP BY 1`,
        );
        for (const { key, count } of rows) counts.set(key, (counts.get(key) ?? 0) + count);
      }
      return counts;
    },
    async reseal(limit) {
      if (current === undefined || older.length === 0) return 0;
      let tried = 0;
      for (const place of places) tried += await resealPlace(place, limit - tried);
      return tried;
    },
  };
}

/** One that was tampered with does not hold the others up. */
function openOrNothing(id: string, sealed: string, keys: EncryptionKeys): string | undefined {
  try {
    return openText(id, sealed, keys);
  } catch (error) {
    if (error instanceof CredentialsUnreadableError) return undefined;
    throw error;
  }
}
