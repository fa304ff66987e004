// The gateway of a test with all that its routes need: a Gmail, Google's keys, and a look into its database.
import { startGmailSimulator } from '@finito/gmail-simulator';
import { Pool } from 'pg';
import { createGooglePush } from '../src/google-push.ts';
import { adminKey, aGateway, healthKeys, pushAccount, secret } from './a-gateway.ts';
import type { GatewayOptions } from './a-gateway.ts';
import { account } from './a-reader.ts';
import type { Target } from './a-reader.ts';
import { someKeys } from './some-keys.ts';

export type TestTarget = Awaited<ReturnType<typeof aTarget>>;

export async function aTarget(needs: GatewayOptions['needs'] = {}) {
  const simulator = await startGmailSimulator({ accounts: [account], timeFactor: 600 });
  const googleKeys = await someKeys();
  const provePush = createGooglePush({ ...pushAccount, ...googleKeys });
  const gateway = await aGateway({ simulator, needs: { provePush, ...needs } });
  const pool = new Pool({ connectionString: gateway.databaseUrl, max: 1 });
  pool.on('error', () => undefined);
  const keys = { 'health-key': healthKeys[0]!, 'admin-key': adminKey };
  const target: Target = { ...gateway, secret, simulator, keys, pushToken: await googleKeys.bearer() };
  return {
    ...{ gateway, target, pool },
    async close() {
      await pool.end();
      await gateway.close();
      await googleKeys.close();
      await simulator.close();
    },
  };
}
