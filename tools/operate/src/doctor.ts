/** `npm run doctor -- google|pubsub|redis|postgres`: what is wrong with a set-up, and what to do about it. */
import { SettingsError } from '@finito/service-kit';
import { readEnvironment, redisAddress } from './environment.ts';
import { bad, linesOf } from './finding.ts';
import type { Finding } from './finding.ts';
import { googleChecks } from './google-checks.ts';
import { postgresChecks } from './postgres-checks.ts';
import { pubsubChecks } from './pubsub-checks.ts';
import { redisChecks } from './redis-checks.ts';

const subjects: Record<string, (env: NodeJS.ProcessEnv) => Promise<Finding[]>> = {
  google: googleChecks,
  pubsub: pubsubChecks,
  redis: async (env) => {
    const address = redisAddress(env);
    return address
      ? redisChecks(address)
      : [bad('Redis is set', 'no', 'Set REDIS_URL, as redis(s)://:password@host:6379.')];
  },
  postgres: async (env) =>
    env['DATABASE_URL']
      ? postgresChecks(env['DATABASE_URL'])
      : [bad('Postgres is set', 'no', 'Set DATABASE_URL, as postgresql://user:password@host:5432/database.')],
};

process.exit(await main(process.argv.slice(2)));

async function main(names: string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in subjects));
  if (unknown.length > 0 || names.length === 0) {
    console.error(`Usage: npm run doctor -- ${Object.keys(subjects).join('|')}   (one or several)`);
    return 2;
  }
  const env = readEnvironment();
  let isWell = true;
  for (const name of names) {
    const findings = await examined(name, env);
    isWell &&= findings.every(({ verdict }) => verdict !== 'bad');
    console.log([name, ...linesOf(findings).map((line) => `  ${line}`)].join('\n'));
  }
  return isWell ? 0 : 1;
}

async function examined(name: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  try {
    return await subjects[name]!(env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.faults.map((fault) => bad('the settings can be read', fault, 'docs/settings.md'));
  }
}
