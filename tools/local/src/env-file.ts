import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Takes the settings of a file `.env` in the repository; what the environment says already wins. */
export function loadEnvFile(repository: string): void {
  const file = join(repository, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}
