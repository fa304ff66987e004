import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, startPgBouncer } from '@finito/testing';
import type { PgBouncer, TestDatabase } from '@finito/testing';
import { Pool } from 'pg';
import { learnWhetherDirect, prepared } from '../src/prepared.ts';

describe('a statement that is run again and again', () => {
  let database: TestDatabase;
  let pooler: PgBouncer;

  beforeAll(async () => {
    database = await createTestDatabase();
    pooler = await startPgBouncer(database.url, { poolSize: 1 });
  }, 120_000);
  afterAll(async () => {
    await pooler.stop();
    await database.drop();
  });

  /** What one connection has left at Postgres after two runs. */
  async function namesAfterTwoRuns(connectionString: string): Promise<string[]> {
    const pool = new Pool({ connectionString, max: 1, verify: learnWhetherDirect });
    try {
      const client = await pool.connect();
      for (const n of [1, 2]) {
        const values = [n];
        const { rows } = await client.query({ ...prepared(client, 'twice', 'SELECT $1::int AS n'), values });
        expect(rows).toEqual([{ n }]);
      }
      const { rows } = await client.query<{ name: string }>('SELECT name FROM pg_prepared_statements');
      client.release();
      return rows.map(({ name }) => name);
    } finally {
      await pool.end();
    }
  }

  it('is parsed once a connection of Postgres’ own', async () => {
    expect(await namesAfterTwoRuns(database.url)).toEqual(['twice']);
  });

  it('has no name behind a pooler, where the next client would find it taken', async () => {
    expect(await namesAfterTwoRuns(pooler.url)).toEqual([]);
    expect(await namesAfterTwoRuns(pooler.url)).toEqual([]);
  });
});
