/**
 * `npm run readiness`: holds a running deployment against the list for production, live, and prints the score that it
 * measured. `--json` for machines, `--min 95` is the least that is good enough: below it, or where something has to be
 * mended, it ends with 1. The environment (or `.env`) says where things are, with the names of docs/settings.md.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnvironment, redisAddress, repository } from './environment.ts';
import { linesOf, notAsked, scoreOf } from './finding.ts';
import type { Finding } from './finding.ts';
import { healthChecks } from './health-checks.ts';
import { httpChecks } from './http-checks.ts';
import { keyChecks } from './key-checks.ts';
import { postgresChecks } from './postgres-checks.ts';
import { redisChecks } from './redis-checks.ts';

/** The seed's own score. */
const usualMinimum = '95';

process.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, min: { type: 'string', default: usualMinimum } },
  });
  const env = readEnvironment();
  const sections = await examined(env);
  const findings = sections.flatMap(([, found]) => found);
  const { score, asked } = scoreOf(findings);
  const good = findings.filter(({ verdict }) => verdict === 'good').length;
  const isReady = score >= Number(values.min);
  if (values.json)
    console.log(JSON.stringify({ score, isReady, sections: Object.fromEntries(sections) }, null, 2));
  else {
    for (const [title, found] of sections)
      console.log([title, ...linesOf(found).map((line) => `  ${line}`), ''].join('\n'));
    console.log(
      `Score: ${score}/100 (${good} of ${asked} good; ${findings.length - asked} could not be asked)`,
    );
  }
  return isReady ? 0 : 1;
}

async function examined(env: NodeJS.ProcessEnv): Promise<[string, Finding[]][]> {
  const publicUrl = env['PUBLIC_URL'] || 'http://localhost:3001';
  const redis = redisAddress(env);
  const database = env['DATABASE_URL'];
  const seen = await httpChecks(publicUrl);
  const answers = seen.length > 1;
  const healthKey = env['HEALTH_API_KEY']?.split(',')[0]?.trim();
  return [
    ['From outside', seen],
    ['Health', answers ? await healthChecks(publicUrl, healthKey) : []],
    ['Redis', redis ? await redisChecks(redis) : [notAsked('Redis is safe', 'Set REDIS_URL.')]],
    [
      'Postgres',
      database ? await postgresChecks(database) : [notAsked('Postgres is safe', 'Set DATABASE_URL.')],
    ],
    [
      'Keys',
      keyChecks(env, { folder: join(resolve(repository, env['FINITO_DATA_DIR'] || '.finito'), 'readiness') }),
    ],
  ];
}
