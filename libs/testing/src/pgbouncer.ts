import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDebianProgram } from './debian-program.ts';
import { freePort } from './ports.ts';
import { startProcess } from './start-process.ts';
import { unprivilegedAccount } from './unprivileged-account.ts';

export interface PgBouncer {
  /** The same database, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What our connections need of it (docs/deployment.md). */
export const pgbouncerSettings = [
  'pool_mode = transaction',
  'ignore_startup_parameters = extra_float_digits,statement_timeout,idle_in_transaction_session_timeout',
];

/** PgBouncer on this machine, pooling by transaction, before the database of `databaseUrl`. */
export async function startPgBouncer(databaseUrl: string, { poolSize = 4 } = {}): Promise<PgBouncer> {
  const program = await findDebianProgram('pgbouncer');
  const account = unprivilegedAccount();
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'finito-pgbouncer-'));
  const database = new URL(databaseUrl);
  const name = database.pathname.slice(1);
  const [user, password] = [database.username, database.password].map(decodeURIComponent);
  writeFileSync(join(folder, 'users.txt'), `"${user}" "${password}"\n`);
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    [
      '[databases]',
      `${name} = host=${database.hostname} port=${database.port || 5432} dbname=${name}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${join(folder, 'users.txt')}`,
      `default_pool_size = ${poolSize}`,
      'max_client_conn = 500',
      ...pgbouncerSettings,
      // It refuses to be root, and becomes this account by itself.
      ...(account ? [`user = ${account.name}`] : []),
      '',
    ].join('\n'),
  );
  chmodSync(folder, 0o755);
  if (account) chownSync(join(folder, 'users.txt'), account.uid, account.gid);
  const running = await startProcess({
    command: program.command,
    args: [join(folder, 'pgbouncer.ini')],
    env: { ...process.env, ...program.env },
    readyWhen: (output) => output.includes('process up'),
  });
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    async stop() {
      await running.stop({ signal: 'SIGKILL' });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
