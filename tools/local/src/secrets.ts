import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LocalProblem } from './problem.ts';

const secretsSchema = z.object({
  NEXTAUTH_SECRET: z.string().min(32),
  /** `id:key` pairs, comma separated; the first encrypts, all decrypt. */
  TOKEN_ENCRYPTION_KEYS: z.string().min(1),
  HEALTH_API_KEY: z.string().min(16),
  ADMIN_API_KEY: z.string().min(16),
  databasePassword: z.string().min(16),
  redisPassword: z.string().min(16),
});

export type Secrets = z.infer<typeof secretsSchema>;

/**
 * The secrets of this data directory, made at the first start. They stay for good: without them the database
 * cannot be opened nor the mailboxes' credentials be read.
 * @throws LocalProblem when the file is there and is not whole; it is never overwritten.
 */
export function loadSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  if (!existsSync(file)) return createSecrets(file);
  try {
    return secretsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const faults = faultsOf(cause);
    throw new LocalProblem(
      `${file} cannot be used (${faults}). Put it back from a backup, or start afresh with another FINITO_DATA_DIR.`,
      { cause },
    );
  }
}

function faultsOf(cause: unknown): string {
  if (cause instanceof z.ZodError) return cause.issues.map(({ path }) => path.join('.')).join(', ');
  return (cause as NodeJS.ErrnoException).code ?? 'no JSON';
}

function createSecrets(file: string): Secrets {
  const secrets: Secrets = {
    NEXTAUTH_SECRET: randomBytes(32).toString('base64url'),
    TOKEN_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    HEALTH_API_KEY: randomBytes(24).toString('base64url'),
    ADMIN_API_KEY: randomBytes(24).toString('base64url'),
    databasePassword: randomBytes(24).toString('base64url'),
    redisPassword: randomBytes(24).toString('base64url'),
  };
  // Written beside and renamed: a start that is cut short leaves a whole file or none.
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return secrets;
}
