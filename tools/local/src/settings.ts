import { resolve } from 'node:path';
import type { Arguments } from './arguments.ts';
import { LocalProblem } from './problem.ts';

/** What a start on this machine is made of. */
export interface LocalSettings {
  repository: string;
  dataDir: string;
  port: number;
  publicUrl: string;
  /** No client of Google's was given, so the simulator plays Gmail. */
  simulator: boolean;
  /** Given by the environment: then none of ours is started. */
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  arguments: Arguments;
}

/** @throws LocalProblem naming all that does not fit together. */
export function localSettings(args: Arguments, repository: string, env = process.env): LocalSettings {
  const problems: string[] = [];
  const port = args.port ?? portOf(env['PORT'], problems);
  const simulator = !env['GOOGLE_CLIENT_ID'];
  if (!simulator && !env['GOOGLE_CLIENT_SECRET']) {
    problems.push(
      'GOOGLE_CLIENT_ID is set and GOOGLE_CLIENT_SECRET is not: set both, or neither for the simulator',
    );
  }
  if (!simulator && args.mail.length > 0)
    problems.push('--mail fills the simulator, and GOOGLE_CLIENT_ID turns it off');
  if (problems.length > 0) throw new LocalProblem(problems.join('\n'));
  return {
    repository,
    dataDir: resolve(env['INIT_CWD'] ?? repository, env['FINITO_DATA_DIR'] || resolve(repository, '.finito')),
    port,
    publicUrl: env['PUBLIC_URL'] || `http://localhost:${port}`,
    simulator,
    databaseUrl: env['DATABASE_URL'] || undefined,
    redisUrl: env['REDIS_URL'] || env['UPSTASH_REDIS_URL'] || undefined,
    arguments: args,
  };
}

function portOf(text: string | undefined, problems: string[]): number {
  if (!text) return 3001;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  problems.push(`PORT has to be a number from 1 to 65535, not "${text}"`);
  return 0;
}
