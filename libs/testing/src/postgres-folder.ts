import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LocalServerError } from './errors.ts';
import { systemStateFolder } from './state-folder.ts';
import { canAccess } from './unprivileged-account.ts';
import type { Account } from './unprivileged-account.ts';

export interface PostgresFolder {
  /** Where the data really is: not always where it was asked for. */
  path: string;
  cluster: string;
  /** Exists from before initdb starts until after it has ended well. */
  unfinishedMarker: string;
}

/**
 * A folder for Postgres' data that `account` can use. As root the asked-for place may lie below a folder that
 * `account` cannot enter; then one of the system's state folder is taken, the same at each start, and said so.
 * @throws LocalServerError when neither serves, or when the folder belongs to somebody else.
 */
export function preparePostgresFolder(
  asked: string,
  account: Account | undefined,
  log: (line: string) => void,
): PostgresFolder {
  let path = asked;
  createFor(path, account);
  if (account !== undefined && !canAccess(account, 'w', path)) {
    const elsewhere = `postgres-${createHash('sha256').update(asked).digest('hex').slice(0, 12)}`;
    path = join(systemStateFolder(), elsewhere);
    createFor(path, account);
    log(`Postgres runs as ${account.name}, which cannot enter ${dirname(asked)}; its data is in ${path}`);
  }
  if (account !== undefined && !canAccess(account, 'w', path)) {
    throw new LocalServerError(
      `Postgres cannot run as root, and ${account.name} can write neither ${asked} nor ${path}. ` +
        'Set FINITO_DATA_DIR to a folder whose parents everyone may enter, or start as an ordinary user.',
    );
  }
  return { path, cluster: join(path, 'cluster'), unfinishedMarker: join(path, 'initdb-unfinished') };
}

/** @throws LocalServerError when the cluster was made by another major version of Postgres. */
export function checkClusterVersion(folder: PostgresFolder, version: string): void {
  const file = join(folder.cluster, 'PG_VERSION');
  if (!existsSync(file)) return;
  const found = readFileSync(file, 'utf8').trim();
  const ours = version.split('.')[0];
  if (found === ours) return;
  throw new LocalServerError(
    `The data in ${folder.cluster} was made by Postgres ${found}, and this is Postgres ${version}, which cannot read it. ` +
      `Run the release that made it, carry it over with pg_dumpall of Postgres ${found}, ` +
      'or start afresh with another FINITO_DATA_DIR.',
  );
}

/**
 * Whether there is a whole cluster. One whose initdb was cut short by us (its marker says so) is removed.
 * @throws LocalServerError when the folder holds something else, which is never touched.
 */
export function hasCluster(folder: PostgresFolder, log: (line: string) => void): boolean {
  if (existsSync(folder.unfinishedMarker)) {
    log('The first start was cut short; the half-made database is made anew');
    rmSync(folder.cluster, { recursive: true, force: true });
    return false;
  }
  if (!existsSync(folder.cluster)) return false;
  if (existsSync(join(folder.cluster, 'PG_VERSION'))) return true;
  throw new LocalServerError(
    `${folder.cluster} holds no Postgres data, and it was not us who left it half-made. ` +
      'Move it away, or set FINITO_DATA_DIR to another folder.',
  );
}

function createFor(path: string, account: Account | undefined): void {
  try {
    mkdirSync(path, { recursive: true });
    if (account !== undefined) chownSync(path, account.uid, account.gid);
    chmodSync(path, 0o700);
  } catch (cause) {
    const owner = statSync(path, { throwIfNoEntry: false })?.uid;
    const whose = owner === undefined || owner === process.getuid?.() ? '' : ` (it belongs to user ${owner})`;
    throw new LocalServerError(
      `${path} cannot be used${whose}: ${(cause as Error).message}. ` +
        'Start as the user who made it, or set FINITO_DATA_DIR to another folder.',
      { cause },
    );
  }
}
