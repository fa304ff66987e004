import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDb } from '../src/index.ts';
import type { Db } from '../src/index.ts';
import { aMailbox, migratedDb } from './migrated-db.ts';

const k1 = ['k1', randomBytes(32)] as const;
const k2 = ['k2', randomBytes(32)] as const;
const unknown = ['k0', randomBytes(32)] as const;

let world: Awaited<ReturnType<typeof migratedDb>>;
const opened: Db[] = [];
beforeAll(async () => {
  world = await migratedDb();
});
afterAll(async () => {
  await Promise.all(opened.map((db) => db.close()));
  await world.close();
});

/** The queries of a process that has these keys, the newest first. */
function withKeys(...keys: (readonly [string, Buffer])[]): Db {
  const db = createDb({ url: world.url, encryptionKeys: new Map(keys), maxConnections: 3 });
  opened.push(db);
  return db;
}

async function resealAll(db: Db): Promise<void> {
  while ((await db.sealing.reseal(2)) > 0);
}

describe('the rotation of keys', () => {
  it('seals with the newest what older keys have sealed, so that these may be taken away', async () => {
    const before = withKeys(k1);
    const mailboxes = await Promise.all(Array.from({ length: 5 }, () => aMailbox(before, world.pool)));
    const webhook = await before.webhooks.create({
      url: 'https://example.com',
      events: ['ping'],
      userId: null,
    });
    await before.webhooks.ping(webhook.id);

    const during = withKeys(k2, k1);
    expect((await during.sealing.countByKey()).get('k1')).toBe(6);
    await resealAll(during);
    expect(Object.fromEntries(await during.sealing.countByKey())).toEqual({ k2: 6 });

    const after = withKeys(k2);
    for (const { mailboxId } of mailboxes) {
      expect(await after.credentials.get(mailboxId)).toMatchObject({ refreshToken: 'refresh' });
    }
    expect((await after.webhookWork.claim(webhook.id, 1, 1_000))?.secret).toBe(webhook.secret);
    await expect(before.credentials.get(mailboxes[0]!.mailboxId)).rejects.toThrow('unknown key');
  });

  it('never undoes a refresh, whichever comes first', async () => {
    const old = withKeys(k1);
    const both = withKeys(k2, k1);
    const mailboxes = await Promise.all(Array.from({ length: 20 }, () => aMailbox(old, world.pool)));
    const refresh = async ({ mailboxId }: { mailboxId: string }) => {
      const { version, ...held } = (await both.credentials.get(mailboxId))!;
      expect(await both.credentials.replace(mailboxId, version, { ...held, accessToken: 'fresh' })).toBe(
        true,
      );
    };
    await Promise.all([resealAll(both), ...mailboxes.map(refresh), both.sealing.reseal(100)]);
    await resealAll(both);
    const after = withKeys(k2);
    for (const { mailboxId } of mailboxes) {
      expect(await after.credentials.get(mailboxId)).toMatchObject({ accessToken: 'fresh' });
    }
  });

  it('leaves what it cannot open, counts it, and goes on with the rest', async () => {
    const lost = await aMailbox(withKeys(unknown), world.pool);
    const broken = await aMailbox(withKeys(k1), world.pool);
    await world.pool.query(
      `UPDATE mailboxes SET credentials = left(credentials, -4) || 'AAAA' WHERE id = $1`,
      [broken.mailboxId],
    );
    const { mailboxId } = await aMailbox(withKeys(k1), world.pool);
    const both = withKeys(k2, k1);
    await both.sealing.reseal(100);
    expect(await withKeys(k2).credentials.get(mailboxId)).toBeDefined();
    const counts = await both.sealing.countByKey();
    expect(counts.get('k0')).toBe(1);
    expect(counts.get('k1')).toBe(1);
    expect(lost.mailboxId).not.toBe(mailboxId);
  });
});
