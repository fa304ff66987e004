import { expect, it } from '@jest/globals';
import { missingForProduction } from './production-settings.ts';

const complete = {
  DATABASE_URL: 'postgresql://finito@db/finito',
  UPSTASH_REDIS_URL: 'rediss://redis:6379',
  AUTH_SECRET: 'a'.repeat(32),
  TOKEN_ENCRYPTION_KEYS: 'k1:...',
  HEALTH_API_KEY: 'h'.repeat(16),
  ADMIN_API_KEY: 'a'.repeat(16),
  GOOGLE_CLIENT_ID: 'id',
  GOOGLE_CLIENT_SECRET: 'secret',
  PUBLIC_URL: 'https://mail.example.org',
};

it('nothing is missing when each setting is there under one of its names', () => {
  expect(missingForProduction(complete)).toEqual([]);
});

it('all that is missing is listed at once, each with what it is', () => {
  const missing = missingForProduction({});
  expect(missing).toHaveLength(Object.keys(complete).length);
  for (const line of missing) expect(line).toMatch(/^[A-Z_]+( or [A-Z_]+)?: \S+/);
});

it('a blank one counts as missing', () => {
  expect(missingForProduction({ ...complete, PUBLIC_URL: ' ' })).toEqual([
    expect.stringContaining('PUBLIC_URL'),
  ]);
});
