import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createTestDatabase, testRedis } from '@finito/testing';

describe('the servers of the test run', () => {
  it('give each caller a database of its own with the same tables', async () => {
    let migrations = 0;
    const migrate = async (url: string) => {
      migrations += 1;
      await ask(url, 'create table letters (id int)');
    };
    const key = `shared-servers-${process.pid}-${Date.now()}`;
    const [a, b] = await Promise.all([
      createTestDatabase({ migrate, key }),
      createTestDatabase({ migrate, key }),
    ]);
    await ask(a.url, 'insert into letters values (1)');

    expect(await ask(a.url, 'select count(*)::int as n from letters')).toEqual([{ n: 1 }]);
    expect(await ask(b.url, 'select count(*)::int as n from letters')).toEqual([{ n: 0 }]);
    expect(migrations).toBe(1);
    await Promise.all([a.drop(), b.drop()]);
  });

  it('make the template anew when migrating failed half-way', async () => {
    const key = `shared-servers-failing-${process.pid}-${Date.now()}`;
    const failing = async (url: string) => {
      await ask(url, 'create table half (id int)');
      throw new Error('cut short');
    };
    await expect(createTestDatabase({ key, migrate: failing })).rejects.toThrow('cut short');
    const whole = await createTestDatabase({
      key,
      migrate: (url) => ask(url, 'create table half (id int)').then(() => undefined),
    });
    await whole.drop();
  });

  it('give each caller keys of its own', async () => {
    const [a, b] = await Promise.all([testRedis(), testRedis()]);
    const [clientA, clientB] = [new Redis(a.url), new Redis(b.url)];
    await clientA.set('letter', 'a');

    expect(await clientB.get('letter')).toBeNull();
    await b.flush();
    expect(await clientA.get('letter')).toBe('a');
    clientA.disconnect();
    clientB.disconnect();
  });
});

async function ask(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
