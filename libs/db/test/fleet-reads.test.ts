import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aMailbox, migratedDb } from './migrated-db.ts';

let test: Awaited<ReturnType<typeof migratedDb>>;
beforeAll(async () => {
  test = await migratedDb();
});
afterAll(() => test.close());

it('the fleet has caught up when its last backlog has, and at once when there is none', async () => {
  const { db, pool } = test;
  const endsIn = async () => (await db.fleet.state()).backfillsEndInSeconds;
  const mailboxes = [await aMailbox(db, pool), await aMailbox(db, pool), await aMailbox(db, pool)];
  expect(await endsIn()).toBe(0);
  for (const [index, { mailboxId, lease }] of mailboxes.entries()) {
    // The last one has a forecast of long ago, and nothing to fetch.
    await pool.query('UPDATE mailboxes SET listed = $2, pending = $2 WHERE id = $1', [
      mailboxId,
      index === 2 ? 0 : 10,
    ]);
    await db.leases.release(lease, { finishesInMs: (index + 1) * 60_000 });
  }
  expect(await endsIn()).toBeGreaterThan(110);
  expect(await endsIn()).toBeLessThanOrEqual(120);
});
