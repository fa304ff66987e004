import { makeRunFolder } from './run-folder.ts';
import { startTestPostgres } from './test-postgres.ts';
import { startTestRedis } from './test-redis.ts';
import { serversOfThisRun } from './servers-of-this-run.ts';

/** Jest's globalSetup: a temp folder, a Postgres and a Redis for the whole run, found by the tests through the environment. */
// eslint-disable-next-line import-x/no-default-export -- jest calls the default export
export default async function startServers(): Promise<void> {
  makeRunFolder();
  const postgres = startTestPostgres().then((server) => {
    serversOfThisRun.push(server);
    process.env['TEST_DATABASE_URL'] = server.url;
  });
  const given = process.env['TEST_REDIS_URL'];
  const redis = given
    ? Promise.resolve()
    : startTestRedis().then((server) => {
        serversOfThisRun.push(server);
        process.env['TEST_REDIS_URL'] = server.url;
      });
  const failed = (await Promise.allSettled([postgres, redis])).filter(
    (result) => result.status === 'rejected',
  );
  if (failed.length === 0) return;
  for (const server of serversOfThisRun) await server.stop();
  throw failed[0]?.reason;
}
