import pg from 'pg';

/** One statement on a connection of its own, outside of any transaction; for making and dropping databases. */
export async function adminQuery(connectionString: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000, query_timeout: 30_000 });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
