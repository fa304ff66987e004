// Every route of the contract × everybody who may not call it (GOALS.md G8). The call is the one that its owner is
// answered, so what is refused is refused for who asks and for nothing else.
import { routes } from '@finito/api';
import type { Route, RouteName } from '@finito/api';
import type { Pool } from 'pg';
import { aReader } from './a-reader.ts';
import type { Reader, Target } from './a-reader.ts';
import { strangers, wrongOnes } from './intruders.ts';
import type { Intruder } from './intruders.ts';
import { pathOf, proofFor, requestOf, validCalls } from './valid-calls.ts';

export interface Matrix {
  cells: number;
  /** Cells that answer whom they should not, as `METHOD /path: who: what was answered`. */
  open: string[];
  /** Routes whose owner was refused: then the rest says nothing. */
  refused: string[];
}

/** `allowed`: routes that anybody may call, as `METHOD /path`. */
export async function authorisationMatrix(target: Target, pool: Pool, allowed: string[]): Promise<Matrix> {
  const matrix: Matrix = { cells: 0, open: [], refused: [] };
  const other = await aReader(target);
  for (const [name, route] of Object.entries<Route>(routes) as [RouteName, Route][]) {
    if (allowed.includes(`${route.method} ${route.path}`)) continue;
    await askAll(matrix, { name, route, other, target, pool });
  }
  return matrix;
}

interface Asking {
  name: RouteName;
  route: Route;
  other: Reader;
  target: Target;
  pool: Pool;
}

async function askAll(matrix: Matrix, { name, route, other, target, pool }: Asking): Promise<void> {
  const owner = await aReader(target);
  const call = await validCalls[name](owner);
  const title = `${route.method} ${route.path}`;
  const intruders = await intrudersFor(route, owner, other, target);
  const before = await rowsOf(pool, owner);
  for (const intruder of intruders) {
    matrix.cells += 1;
    const path = pathOf(route, call);
    const init = requestOf(route, call, intruder.headers);
    const response = await fetch(target.origin + (intruder.rewrite?.(path) ?? path), init);
    const told = await openness(response, owner, !intruder.isUser || route.auth !== 'user');
    if (told !== undefined) matrix.open.push(`${title}: ${intruder.name}: ${told}`);
  }
  if ((await rowsOf(pool, owner)) !== before) matrix.open.push(`${title}: changed what is the owner's`);
  const own = await fetch(
    target.origin + pathOf(route, call),
    requestOf(route, call, proofFor(route, owner, target)),
  );
  await own.body?.cancel();
  if (own.status !== route.answer.status) matrix.refused.push(`${title}: ${own.status}`);
}

async function intrudersFor(route: Route, owner: Reader, other: Reader, target: Target): Promise<Intruder[]> {
  const { users, ...keys } = wrongOnes(other, target);
  const all = await strangers(owner, target);
  if (route.auth === 'health-key') return [...all, ...users, keys['admin-key']];
  if (route.auth === 'admin-key') return [...all, ...users, keys['health-key']];
  return [...all, ...users, keys['health-key'], keys['admin-key']];
}

/**
 * What an answer gives away; undefined when nothing. A stranger is refused, or sees the page, which is everybody's.
 * Another user may be told that there is nothing: an empty list is closed, one with anything of the owner's is open.
 */
async function openness(response: Response, owner: Reader, isStranger: boolean): Promise<string | undefined> {
  const type = response.headers.get('content-type') ?? '';
  const isStream = type.startsWith('text/event-stream');
  const text = isStream ? '' : await response.text();
  if (isStream) await response.body?.cancel();
  const isTold = [owner.mark, owner.emailAddress, owner.mailboxId, owner.tokenId].some((own) =>
    text.includes(own),
  );
  if (isTold) return `${response.status} with what is the owner's`;
  if (isStranger && response.status < 400 && !type.startsWith('text/html'))
    return `${response.status} ${type}`;
  return undefined;
}

/** A digest of all that is the owner's. */
async function rowsOf(pool: Pool, { id }: Reader): Promise<string> {
  const ofMailbox = ['emails', 'contents', 'labels', 'listed_messages', 'outbox', 'sync_generations'];
  const digests = [
    'SELECT u::text AS row FROM users u WHERE id = $1',
    'SELECT t::text FROM api_tokens t WHERE user_id = $1',
    'SELECT m::text FROM mailboxes m WHERE user_id = $1',
    ...ofMailbox.map(
      (table) =>
        `SELECT t::text FROM ${table} t WHERE mailbox_id IN (SELECT id FROM mailboxes WHERE user_id = $1)`,
    ),
  ];
  const sql = `SELECT md5(string_agg(row, '' ORDER BY row)) AS digest FROM (${digests.join(' UNION ALL ')}) all_rows`;
  return (await pool.query<{ digest: string }>(sql, [id])).rows[0]!.digest;
}
