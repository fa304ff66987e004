// Mailboxes that are in step. One is synced; the others have the same mail, so their rows are copies of its rows: that
// each comes to be in step by a sync of its own is what other drills show, and would take longer than the outage.
import { newId } from '@finito/db';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { sum } from '../../bench/kit/rows.ts';
import type { World } from '../../bench/kit/world.ts';

interface Residents {
  world: World;
  simulator: GmailSimulator;
  emails: readonly string[];
  /** Over which they are due, each at its own time. */
  pollSeconds: number;
}

/** As many as a world has connections to Postgres: who waits for one longer than seconds is told no. */
const atOnce = 3;

/** Before any worker of the drill runs. @throws Error when what a copy holds is not what Gmail has. */
export async function settleResidents({
  world,
  simulator,
  emails,
  pollSeconds,
}: Residents): Promise<string[]> {
  const [first, ...others] = emails as [string, ...string[]];
  const model = await synced(world, first);
  const copies: string[] = [];
  for (let at = 0; at < others.length; at += atOnce) {
    const some = others.slice(at, at + atOnce).map((email) => connected(world, simulator, email));
    copies.push(...(await Promise.all(some)));
  }
  await world.pool.query(copySql, [model, copies, pollSeconds]);
  for (const table of ['sync_generations', 'labels', 'emails', 'contents'])
    await world.pool.query(copyRowsSql(table), [model, copies]);
  const [copy] = copies;
  const wrong = copy === undefined ? {} : await world.differences(copy, others[0]!);
  if (sum(wrong) > 0) throw new Error(`a copied mailbox differs from Gmail: ${JSON.stringify(wrong)}`);
  return [model, ...copies];
}

async function synced(world: World, email: string): Promise<string> {
  const worker = await world.startWorker();
  const mailboxId = await world.connect(email);
  await world.untilLive(mailboxId, 60_000);
  await worker.stop();
  return mailboxId;
}

/** Consent as it is kept, without the job that begins a sync. */
async function connected({ pool, db }: World, simulator: GmailSimulator, email: string): Promise<string> {
  const userId = newId('usr');
  await pool.query('INSERT INTO users (id, google_subject, email_address) VALUES ($1, $1, $2)', [
    userId,
    email,
  ]);
  const { refreshToken, accessToken, expiresAt } = simulator.issueTokens(email);
  const { mailboxId } = await db.mailboxes.connect(
    userId,
    { googleSubject: userId, emailAddress: email },
    { refreshToken, accessToken, accessTokenExpiresAt: expiresAt.getTime(), scope: '' },
  );
  return mailboxId;
}

const copySql = `
  UPDATE mailboxes m SET state = model.state, history_id = model.history_id, generation = model.generation,
    listed = model.listed, stored = model.stored, gone = model.gone, failed = model.failed, pending = model.pending,
    last_synced_at = model.last_synced_at, due_at = now() + random() * $3::float8 * interval '1 second'
  FROM mailboxes model WHERE model.id = $1 AND m.id = ANY($2::text[])`;

const copyRowsSql = (table: string) => `
  INSERT INTO ${table} SELECT copied.* FROM ${table} model CROSS JOIN unnest($2::text[]) AS copy(mailbox_id),
    jsonb_populate_record(model, jsonb_build_object('mailbox_id', copy.mailbox_id)) copied
  WHERE model.mailbox_id = $1`;
