/**
 * `npm run migrate`: brings the database of DATABASE_URL to the newest schema.
 * `npm run migrate -- --check`: changes nothing, exits 1 when a migration is missing; with `--wait 600` only when it is
 * still missing after so many seconds, for whoever starts beside the process that migrates.
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { migrateDatabase, MigrationError, pendingMigrations } from '@finito/db';

if (existsSync('.env')) process.loadEnvFile();
const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, wait: { type: 'string', default: '0' } },
});
const url = process.env['DATABASE_URL'];
if (!url) {
  console.error(
    'DATABASE_URL is not set: name the database, as postgresql://user:password@host:5432/database',
  );
  process.exit(1);
}
try {
  const names = values.check ? await check(url, Number(values.wait)) : await migrateDatabase(url);
  console.log(names.length === 0 ? 'The database is up to date.' : `Applied: ${names.join(', ')}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function check(databaseUrl: string, waitSeconds: number): Promise<string[]> {
  const endAt = Date.now() + waitSeconds * 1_000;
  for (;;) {
    const missing = await missingOrUnknown(databaseUrl, endAt);
    if (missing?.length === 0) return [];
    if (Date.now() >= endAt) {
      console.error(`Not applied: ${missing?.join(', ')}. Apply with: npm run migrate`);
      process.exit(1);
    }
    await sleep(1_000);
  }
}

/** Undefined: the database does not answer yet, and there is still time. An edited migration is told at once. */
async function missingOrUnknown(databaseUrl: string, endAt: number): Promise<string[] | undefined> {
  try {
    return await pendingMigrations(databaseUrl);
  } catch (error) {
    if (error instanceof MigrationError || Date.now() >= endAt) throw error;
    return undefined;
  }
}
