import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commonSettings, parseSettings } from '@finito/service-kit';
import type { RedisAddress } from '@finito/service-kit';
import { z } from 'zod';

export const repository = resolve(import.meta.dirname, '..', '..', '..');

/** The environment with what stands in `.env`; what the environment says wins. */
export function readEnvironment(): NodeJS.ProcessEnv {
  const file = join(repository, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  return process.env;
}

/** Where Redis is, by the settings the services read; undefined when nothing says so. @throws SettingsError */
export function redisAddress(env: NodeJS.ProcessEnv): RedisAddress | undefined {
  if (!env['REDIS_URL'] && !env['UPSTASH_REDIS_URL']) return undefined;
  return parseSettings(z.object(commonSettings), { DATABASE_URL: 'postgresql://unused/unused', ...env });
}
