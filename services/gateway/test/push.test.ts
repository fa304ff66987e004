// Gmail's notifications, pushed by the simulator's Pub/Sub with its signed tokens, and by those who forge them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { syncMailbox } from '@finito/jobs';
import { until } from '@finito/testing';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { Pool } from 'pg';
import { createGooglePush } from '../src/google-push.ts';
import { aGateway, pushAccount } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';
import { someKeys } from './some-keys.ts';

const email = 'robin@example.com';
const topic = 'projects/p/topics/gmail';
let simulator: GmailSimulator;
let gateway: TestGateway;
let pool: Pool;
let mailboxId: string;

beforeAll(async () => {
  simulator = await startGmailSimulator({
    accounts: [{ emailAddress: email, name: 'Robin', messages: [] }],
    quotaEnforced: false,
  });
  gateway = await aGateway({ simulator });
  pool = new Pool({ connectionString: gateway.databaseUrl, max: 1 });
  const user = await gateway.aUser();
  ({ mailboxId } = await gateway.aMailbox(user.id));
  await pool.query('UPDATE mailboxes SET email_address = $2 WHERE id = $1', [mailboxId, email]);
  await standAt('100');
});
afterAll(async () => {
  await pool?.end();
  await gateway?.close();
  await simulator?.close();
});

/** At a position, with nothing to do for a day. */
const standAt = (historyId: string) =>
  pool.query(
    `UPDATE mailboxes SET history_id = $2, due_at = now() + interval '1 day', notified_history_id = NULL
     WHERE id = $1`,
    [mailboxId, historyId],
  );
async function stands() {
  const { rows } = await pool.query<{ due: boolean; told: string | null; at: string }>(
    `SELECT due_at <= now() AS due, notified_history_id AS told, history_id AS at FROM mailboxes WHERE id = $1`,
    [mailboxId],
  );
  return rows[0];
}

interface Sent {
  historyId?: string | number;
  emailAddress?: string;
  authorization?: string | undefined;
  data?: string;
}
function push({ historyId = '200', emailAddress = email, authorization, data }: Sent) {
  const told = data ?? Buffer.from(JSON.stringify({ emailAddress, historyId })).toString('base64');
  return fetch(`${gateway.origin}/api/gmail/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify({
      message: { data: told, messageId: '1' },
      subscription: 'projects/p/subscriptions/s',
    }),
  });
}

describe('a notification that Pub/Sub pushes', () => {
  it('is remembered and its mailbox looked at; late and repeated ones are taken and change nothing', async () => {
    const headers = { authorization: 'Bearer x', 'content-type': 'application/json' };
    const { serviceAccount: serviceAccountEmail, audience } = pushAccount;
    const pushConfig = {
      pushEndpoint: `${gateway.origin}/api/gmail/push`,
      oidcToken: { serviceAccountEmail, audience },
    };
    await fetch(`${simulator.url}/v1/projects/p/subscriptions/s`, {
      method: 'PUT',
      headers,
      body: JSON.stringify({ topic, pushConfig }),
    });
    await fetch(`${simulator.url}/gmail/v1/users/me/watch`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${simulator.issueTokens(email).accessToken}` },
      body: JSON.stringify({ topicName: topic }),
    });
    await until(() => simulator.report().pushes.delivered === 1);
    const told = simulator.account(email).historyId();
    expect(await stands()).toEqual({ due: BigInt(told) > 100n, told, at: '100' });
    expect(simulator.report().pushes.failed).toBe(0);
  });

  it('of a position that is older than ours, or told before, makes nothing due', async () => {
    const keys = await someKeys();
    const other = await aGateway({ needs: { provePush: createGooglePush({ ...pushAccount, ...keys }) } });
    const ask = async (historyId: string) => {
      const response = await fetch(`${other.origin}/api/gmail/push`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: await keys.bearer() },
        body: JSON.stringify({
          message: {
            data: Buffer.from(JSON.stringify({ emailAddress: address, historyId })).toString('base64'),
          },
        }),
      });
      expect(response.status).toBe(204);
    };
    const user = await other.aUser();
    const mailbox = await other.aMailbox(user.id);
    const [view] = await other.db.mailboxReads.list(user.id, mailbox.mailboxId);
    const address = view!.emailAddress;
    // Jobs of the lease that the test itself holds are of no interest: only what is enqueued.
    for (const historyId of ['90', '100']) await ask(historyId);
    expect((await other.jobs.counts(syncMailbox)).waiting).toBe(0);
    for (const historyId of ['18446744073709551615', '150', '150', '18446744073709551615'])
      await ask(historyId);
    expect((await other.jobs.counts(syncMailbox)).waiting).toBe(1);
    await other.close();
    await keys.close();
  });

  it('that comes during a slice makes the mailbox due again at its end, and one that was met does not', async () => {
    await standAt('100');
    await pool.query(`UPDATE mailboxes SET lease_owner = NULL WHERE id = $1`, [mailboxId]);
    const slice = async (meanwhile: () => Promise<void>, upTo: string) => {
      const acquired = await gateway.db.leases.acquire(mailboxId, 'test', 60_000);
      if (typeof acquired === 'string') throw new Error(acquired);
      await meanwhile();
      await gateway.db.history.apply(acquired.lease, 1, [], upTo);
      await gateway.db.leases.release(acquired.lease, { dueInMs: 600_000 });
    };
    await slice(async () => void (await gateway.db.due.notify(email, '300')), '200');
    expect((await stands())?.due).toBe(true);
    await slice(async () => undefined, '300');
    expect((await stands())?.due).toBe(false);
  });
});

describe('a push is refused', () => {
  it('without a token, with a token of nobody, or with one that is over', async () => {
    await standAt('100');
    const keys = await someKeys();
    const refused: (string | undefined)[] = [
      undefined,
      'Bearer nonsense',
      `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`,
      // A key that Google does not publish.
      await keys.bearer(),
    ];
    for (const authorization of refused) {
      const response = await push({ authorization });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ type: '/problems/unauthenticated' });
    }
    const check = createGooglePush({ ...pushAccount, ...keys });
    const hourAgo = Math.floor(Date.now() / 1_000) - 3_600;
    expect(await check(await keys.bearer({ exp: hourAgo }))).toMatchObject({ name: 'UnauthenticatedError' });
    expect(await check(await keys.bearer({ iss: 'https://example.com' }))).toMatchObject({
      name: 'UnauthenticatedError',
    });
    expect((await stands())?.due).toBe(false);
    await keys.close();
  });

  it('with a token that is somebody else’s', async () => {
    const keys = await someKeys();
    const check = createGooglePush({ ...pushAccount, ...keys });
    expect(await check(await keys.bearer())).toBeUndefined();
    for (const claims of [
      { aud: 'https://example.com' },
      { email: 'other@p.iam.gserviceaccount.com' },
      { email_verified: false },
      { email: undefined },
    ]) {
      expect(await check(await keys.bearer(claims))).toMatchObject({ name: 'ForeignTokenError' });
    }
    await keys.close();
  });

  it('while Google’s keys were never read; keys that were read go on when they cannot be read again', async () => {
    const keys = await someKeys();
    keys.goAway(true);
    const late = createGooglePush({ ...pushAccount, ...keys });
    expect(await late(await keys.bearer())).toMatchObject({ name: 'CertificatesUnavailableError' });
    keys.goAway(false);
    const check = createGooglePush({ ...pushAccount, ...keys, keepKeysMs: 0 });
    expect(await check(await keys.bearer())).toBeUndefined();
    keys.goAway(true);
    expect(await check(await keys.bearer())).toBeUndefined();
    await keys.close();
  });

  it('where nobody has set it up, and says so', async () => {
    const provePush = createGooglePush({
      certsUrl: 'http://127.0.0.1:9',
      audience: 'a',
      serviceAccount: undefined,
    });
    const other = await aGateway({ needs: { provePush } });
    const response = await fetch(`${other.origin}/api/gmail/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: { data: '' } }),
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ type: '/problems/push-off' });
    await other.close();
  });
});

it('what a believed sender says in no known form is taken, so that it does not come for days, and counted', async () => {
  const keys = await someKeys();
  const other = await aGateway({ needs: { provePush: createGooglePush({ ...pushAccount, ...keys }) } });
  const post = async (body: object) =>
    fetch(`${other.origin}/api/gmail/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: await keys.bearer() },
      body: JSON.stringify(body),
    });
  expect((await post({ message: { data: 'bm90aGluZw==' } })).status).toBe(204);
  expect((await post({ message: {} })).status).toBe(400);
  const nobody = Buffer.from(JSON.stringify({ emailAddress: 'nobody@example.com', historyId: 5 }));
  expect((await post({ message: { data: nobody.toString('base64') } })).status).toBe(204);
  const metrics = await other.registry.metrics();
  expect(metrics).toContain('finito_gmail_notifications_total{via="push",outcome="unreadable"} 1');
  expect(metrics).toContain('finito_gmail_notifications_total{via="push",outcome="unknown"} 1');
  expect(other.log()).not.toContain('nobody@example.com');
  await other.close();
  await keys.close();
});
