import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { LocalServerError } from './errors.ts';
import { freePort, isPortFree, portHolder } from './ports.ts';
import { findPostgres } from './postgres-binaries.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { checkClusterVersion, hasCluster, preparePostgresFolder } from './postgres-folder.ts';
import type { PostgresFolder } from './postgres-folder.ts';
import { clearStalePostmaster } from './stale-postmaster.ts';
import { startProcess } from './start-process.ts';
import type { RunningProcess } from './start-process.ts';
import { unprivilegedAccount } from './unprivileged-account.ts';
import type { Account } from './unprivileged-account.ts';

export interface PostgresServerOptions {
  /** Made when missing; kept. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** Of the superuser "finito"; set when the cluster is made, and has to stay the same afterwards. */
  password: string;
  /** false: nothing is forced to disk, for tests only. Default true. */
  durable?: boolean;
  /** Told what an operator should know, one line each. */
  log?: (line: string) => void;
  /** Out of reach of a Ctrl-C in the terminal, for a caller that stops it in its own order; default false. */
  detached?: boolean;
  /** How long crash recovery may take; default 60,000 ms. */
  readyWithinMs?: number;
}

export interface PostgresServer {
  /** Of the database "finito". */
  readonly url: string;
  readonly port: number;
  /** Where the data really is. */
  readonly dataDir: string;
  readonly process: RunningProcess;
  /** Fast shutdown: connections are ended, what was committed is safe. */
  stop(): Promise<void>;
}

const USER = 'finito';
const INITDB_WITHIN_MS = 60_000;

/**
 * Runs a Postgres of our own on 127.0.0.1. Each step has a deadline.
 * @throws LocalServerError saying what stands in the way: a taken port, data of another version or of another owner.
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const { log = () => undefined, password } = options;
  const account = unprivilegedAccount();
  const binaries = findPostgres(account);
  const folder = preparePostgresFolder(options.dataDir, account, log);
  checkClusterVersion(folder, binaries.version);
  if (!hasCluster(folder, log)) await makeCluster(binaries, folder, account, password);
  await clearStalePostmaster(folder.cluster, log);
  const port = await usablePort(options.port);

  const running = await startProcess({
    command: binaries.postgres,
    args: ['-D', folder.cluster, '-p', String(port), ...serverSettings(options.durable ?? true)],
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    cwd: folder.path,
    uid: account?.uid,
    gid: account?.gid,
    detached: options.detached,
  });
  const stop = async () => void (await running.stop({ signal: 'SIGINT' }));
  const urlOf = (database: string) =>
    `postgresql://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  try {
    await acceptsConnections(running, urlOf('postgres'), options.readyWithinMs ?? 60_000);
    await createDatabaseOnce(urlOf('postgres'), 'finito');
  } catch (error) {
    await stop();
    throw explained(error, folder, running);
  }
  return { url: urlOf('finito'), port, dataDir: folder.path, process: running, stop };
}

async function makeCluster(
  { initdb }: PostgresBinaries,
  folder: PostgresFolder,
  account: Account | undefined,
  password: string,
): Promise<void> {
  const passwordFile = join(folder.path, 'password');
  const owned = { uid: account?.uid, gid: account?.gid };
  writeFileSync(folder.unfinishedMarker, `${process.pid}\n`);
  try {
    await writeAs(owned, passwordFile, password);
    const running = await startProcess({
      command: initdb,
      args: [
        '-D',
        folder.cluster,
        '-U',
        USER,
        '-E',
        'UTF8',
        '--locale=C',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
      ],
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      cwd: folder.path,
      ...owned,
    });
    await running.expectExit(0, INITDB_WITHIN_MS).catch(async (cause: Error) => {
      await running.stop({ signal: 'SIGKILL' });
      throw new LocalServerError(`The database could not be made in ${folder.cluster}: ${cause.message}`, {
        cause,
      });
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  rmSync(folder.unfinishedMarker);
}

async function writeAs(owner: { uid?: number; gid?: number }, file: string, text: string): Promise<void> {
  const running = await startProcess({
    command: '/bin/sh',
    args: ['-c', 'umask 077; cat > "$0"', file],
    cwd: '/',
    input: `${text}\n`,
    ...owner,
  });
  await running.expectExit(0);
}

async function usablePort(wanted: number | undefined): Promise<number> {
  if (wanted === undefined) return freePort();
  if (await isPortFree(wanted)) return wanted;
  const holder = (await portHolder(wanted)) ?? 'another process';
  throw new LocalServerError(`Port ${wanted}, meant for Postgres, is taken by ${holder}`);
}

function serverSettings(durable: boolean): string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=128MB',
    'log_min_messages=warning',
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_wal_size=2GB']),
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}

async function acceptsConnections(running: RunningProcess, url: string, withinMs: number): Promise<void> {
  let ended: number | undefined;
  void running.exited.then((code) => (ended = code));
  const end = Date.now() + withinMs;
  for (;;) {
    const refusal = await tryConnect(url);
    if (refusal === undefined) return;
    if (refusal.code === '28P01') throw refusal;
    if (ended !== undefined) throw new LocalServerError(`Postgres ended with code ${ended}`);
    if (Date.now() > end)
      throw new LocalServerError(`Postgres did not answer within ${withinMs} ms`, { cause: refusal });
    await sleep(30);
  }
}

async function tryConnect(connectionString: string): Promise<(Error & { code?: string }) | undefined> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return undefined;
  } catch (error) {
    void client.end().catch(() => undefined);
    return error as Error & { code?: string };
  }
}

async function createDatabaseOnce(connectionString: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 20_000 });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database "${name}"`);
  } finally {
    await client.end();
  }
}

function explained(error: unknown, folder: PostgresFolder, running: RunningProcess): LocalServerError {
  if ((error as { code?: string }).code === '28P01') {
    return new LocalServerError(
      `The database in ${folder.cluster} was made with another password. Put the secrets.json back that was ` +
        'beside it, or start afresh with another FINITO_DATA_DIR.',
      { cause: error },
    );
  }
  const said = running.output().trimEnd().split('\n').slice(-8).join('\n');
  return new LocalServerError(`${(error as Error).message}. Postgres said:\n${said}`, { cause: error });
}
