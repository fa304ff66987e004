import type { Pool, PoolClient } from 'pg';
import { LeaseLostError } from './errors.ts';
import type { Lease } from './leases.ts';
import { prepared } from './prepared.ts';

export interface CountDeltas {
  listed?: number;
  stored?: number;
  gone?: number;
  failed?: number;
  pending?: number;
}

const fence =
  'SELECT 1 FROM mailboxes WHERE id = $1 AND lease_fence = $2 AND lease_owner IS NOT NULL FOR NO KEY UPDATE';

/**
 * Runs writes in one transaction that is only committed if the lease still holds. The mailbox's row
 * is locked first, so two holders of one mailbox never interleave and never deadlock.
 * @throws LeaseLostError, with nothing written
 */
export async function fenced<T>(
  pool: Pool,
  lease: Lease,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const { rowCount } = await client.query({
      ...prepared(client, 'fence', fence),
      values: [lease.mailboxId, lease.fence],
    });
    if (rowCount !== 1) throw new LeaseLostError(lease.mailboxId);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => (broken = rollbackError));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Moves the mailbox's counters; the table itself refuses numbers that do not add up. */
export async function addCounts(client: PoolClient, mailboxId: string, deltas: CountDeltas): Promise<void> {
  const { listed = 0, stored = 0, gone = 0, failed = 0, pending = 0 } = deltas;
  if (listed === 0 && stored === 0 && gone === 0 && failed === 0 && pending === 0) return;
  await client.query(
    `UPDATE mailboxes SET listed = listed + $2, stored = stored + $3, gone = gone + $4, failed = failed + $5,
       pending = pending + $6, updated_at = now() WHERE id = $1`,
    [mailboxId, listed, stored, gone, failed, pending],
  );
}
