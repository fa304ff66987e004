/**
 * `npm run migrate`: brings the database of DATABASE_URL to the newest schema.
 * `npm run migrate -- --check`: changes nothing, exits 1 when a migration is missing.
 */
import { existsSync } from 'node:fs';
import { migrateDatabase, pendingMigrations } from '@finito/db';

if (existsSync('.env')) process.loadEnvFile();
const url = process.env['DATABASE_URL'];
if (!url) {
  console.error(
    'DATABASE_URL is not set: name the database, as postgresql://user:password@host:5432/database',
  );
  process.exit(1);
}
try {
  const names = process.argv.includes('--check') ? await check(url) : await migrateDatabase(url);
  console.log(names.length === 0 ? 'The database is up to date.' : `Applied: ${names.join(', ')}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function check(databaseUrl: string): Promise<string[]> {
  const missing = await pendingMigrations(databaseUrl);
  if (missing.length > 0) {
    console.error(`Not applied: ${missing.join(', ')}. Apply with: npm run migrate`);
    process.exit(1);
  }
  return [];
}
