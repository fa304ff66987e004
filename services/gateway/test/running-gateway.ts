// The gateway as operators run it: its own process, in production, with the settings of the environment.
import { join } from 'node:path';
import { freePort, serviceArgs, serviceEnv, startProcess } from '@finito/testing';

const root = join(import.meta.dirname, '../../..');
export const secret = 'a secret of the tests of the process';
export const encryptionKey = Buffer.alloc(32, 7);
export const healthKey = 'health-key-of-the-process-tests';
export const adminKey = 'admin-key-of-the-process-tests';

export type RunningGateway = Awaited<ReturnType<typeof startGateway>>;

/** `settings` go over what is needed to start; Google is nowhere unless they say where. */
export async function startGateway(
  settings: { DATABASE_URL: string; REDIS_URL: string } & NodeJS.ProcessEnv,
) {
  const [port, adminPort] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${port}`;
  const nowhere = 'http://127.0.0.1:9';
  const running = await startProcess({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...serviceArgs('gateway')],
    cwd: root,
    env: {
      ...serviceEnv,
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_ENV: 'production',
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      HOST: '127.0.0.1',
      PUBLIC_URL: origin,
      NEXTAUTH_SECRET: secret,
      TOKEN_ENCRYPTION_KEYS: `k1:${encryptionKey.toString('base64')}`,
      HEALTH_API_KEY: healthKey,
      ADMIN_API_KEY: adminKey,
      GOOGLE_CLIENT_ID: 'client',
      GOOGLE_CLIENT_SECRET: 'secret',
      GOOGLE_TOKEN_URL: nowhere,
      GOOGLE_REVOKE_URL: nowhere,
      GOOGLE_USERINFO_URL: nowhere,
      GMAIL_API_URL: nowhere,
      ...settings,
    },
    readyWhen: (output) => output.includes('service started'),
    readyWithinMs: 60_000,
  });
  const adminOrigin = `http://127.0.0.1:${adminPort}`;
  return {
    ...{ origin, adminOrigin, process: running },
    metrics: async () => (await fetch(`${adminOrigin}/metrics`)).text(),
  };
}
