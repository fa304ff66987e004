import { serversOfThisRun } from './servers-of-this-run.ts';

/** Jest's globalTeardown. */
// eslint-disable-next-line import-x/no-default-export -- jest calls the default export
export default async function stopServers(): Promise<void> {
  await Promise.all(serversOfThisRun.map((server) => server.stop()));
}
