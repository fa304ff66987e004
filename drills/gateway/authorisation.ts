// G8 and G9: every route × everybody who may not call it; and secrets that go in at the front door, searched for
// wherever anything is written.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { Kit, Row } from '../../bench/kit/program.ts';
import { row } from '../../bench/kit/rows.ts';
import { aStage } from '../../bench/gateway/stage.ts';
import { pushAccount } from '../../services/gateway/test/a-gateway.ts';
import { account } from '../../services/gateway/test/a-reader.ts';
import { authorisationMatrix } from '../../services/gateway/test/authorisation-matrix.ts';
import { plantSecrets } from '../../services/gateway/test/planted-secrets.ts';
import { adminKey, encryptionKey, healthKey, secret } from '../../services/gateway/test/running-gateway.ts';
import { someKeys } from '../../services/gateway/test/some-keys.ts';

const golden = join(import.meta.dirname, '../../test/open-routes.golden.txt');

export async function authorisationRows(kit: Kit): Promise<Row[]> {
  const simulator = await startGmailSimulator({ accounts: [account], timeFactor: 600 });
  const google = await someKeys();
  const stage = await aStage({
    ...simulator.endpoints,
    GOOGLE_CLIENT_ID: simulator.clientId,
    GOOGLE_CLIENT_SECRET: simulator.clientSecret,
    RATELIMIT_DISABLED: 'on',
    GOOGLE_CERTS_URL: google.certsUrl,
    GMAIL_PUSH_SERVICE_ACCOUNT: pushAccount.serviceAccount,
    GMAIL_PUSH_AUDIENCE: pushAccount.audience,
    LOG_LEVEL: 'trace',
  });
  try {
    const { origin, process, metrics } = await stage.startGateway();
    const keys = { 'health-key': healthKey, 'admin-key': adminKey };
    const target = { origin, db: stage.db, secret, keys, simulator, pushToken: await google.bearer() };
    kit.progress('every route × everybody who may not call it');
    const allowed = readFileSync(golden, 'utf8').trim().split('\n');
    const { cells, open, refused } = await authorisationMatrix(target, stage.pool, allowed);
    kit.progress('secrets planted everywhere');
    const { canaries, hits } = await plantSecrets(target, {
      databaseUrl: stage.postgres.url,
      redisUrl: stage.redis.url,
      ownSecrets: {
        'secret of sessions': secret,
        'encryption key': encryptionKey.toString('base64'),
        'health key': healthKey,
        'admin key': adminKey,
        'client secret': simulator.clientSecret,
      },
      log: process.output,
      metrics,
    });
    for (const fault of [...open, ...refused, ...hits]) kit.progress(`fault: ${fault}`);
    return [
      row('G8', `open cells of ${cells.toLocaleString('en')}`, open.length, '', { max: 0 }),
      row('G8', '  routes whose owner was refused', refused.length, '', { max: 0 }),
      row(
        'G9',
        `of ${Object.keys(canaries).length} planted secrets, found where they should not be`,
        hits.length,
        '',
        {
          max: 0,
        },
      ),
    ];
  } finally {
    await stage.close();
    await google.close();
    await simulator.close();
  }
}
