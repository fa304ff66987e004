// Several processes that share one Postgres, and an OAuth server that counts.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { createDb } from '@finito/db';
import { createAccessTokens, OAuthRevokedError, OAuthUnavailableError } from '@finito/gmail';
import { aDatabase, keys } from './a-database.ts';

let test: Awaited<ReturnType<typeof aDatabase>>;
beforeAll(async () => {
  test = await aDatabase();
});
afterAll(() => test.close());

const hourMs = 3_600_000;

function anOAuthServer() {
  const server = {
    refreshes: 0,
    failing: undefined as Error | undefined,
    async refresh() {
      server.refreshes += 1;
      const number = server.refreshes;
      await wait(50);
      if (server.failing) throw server.failing;
      return { accessToken: `token${number}`, expiresAt: new Date(Date.now() + hourMs), scope: '' };
    },
  };
  return server;
}

/** As many processes as asked, each with connections and a memory of its own. */
async function processes(count: number, oauth: ReturnType<typeof anOAuthServer>, clocks: number[] = []) {
  const dbs = Array.from({ length: count }, () =>
    createDb({ url: test.url, encryptionKeys: keys, maxConnections: 3 }),
  );
  const tokens = dbs.map((db, n) =>
    createAccessTokens({
      store: db.credentials,
      oauth: oauth as never,
      now: () => Date.now() + (clocks[n] ?? 0),
    }),
  );
  return { tokens, close: () => Promise.all(dbs.map((db) => db.close())) };
}

describe('an access token', () => {
  it('is refreshed once, however many calls of however many processes want it', async () => {
    const mailboxId = await test.connect();
    const oauth = anOAuthServer();
    const { tokens, close } = await processes(3, oauth);
    const got = await Promise.all(
      tokens.flatMap((each) => Array.from({ length: 10 }, () => each.get(mailboxId))),
    );
    expect(new Set(got)).toEqual(new Set(['token1']));
    expect(oauth.refreshes).toBe(1);
    await close();
  });

  it('that Gmail refused is replaced once for all who were refused with it', async () => {
    const mailboxId = await test.connect();
    const oauth = anOAuthServer();
    const { tokens, close } = await processes(2, oauth);
    const [one, other] = tokens as [(typeof tokens)[0], (typeof tokens)[0]];
    const rejected = await one.get(mailboxId);
    const got = await Promise.all([
      one.get(mailboxId),
      one.get(mailboxId, { rejected }),
      other.get(mailboxId, { rejected }),
      one.get(mailboxId, { rejected }),
    ]);
    expect(got.slice(1)).toEqual(['token2', 'token2', 'token2']);
    expect(oauth.refreshes).toBe(2);
    await close();
  });

  it('is asked for again by the next call when the OAuth server fails, and holds nobody up', async () => {
    const mailboxId = await test.connect();
    const oauth = anOAuthServer();
    const { tokens, close } = await processes(2, oauth);
    oauth.failing = new OAuthUnavailableError('away');
    await expect(tokens[0]!.get(mailboxId)).rejects.toThrow(OAuthUnavailableError);
    oauth.failing = undefined;
    expect(await tokens[1]!.get(mailboxId)).toBe('token2');
    await close();
  });

  it('is none when the mailbox has no credentials', async () => {
    const mailboxId = await test.connect();
    await test.db.due.markReauth(mailboxId);
    const { tokens, close } = await processes(1, anOAuthServer());
    await expect(tokens[0]!.get(mailboxId)).rejects.toThrow(OAuthRevokedError);
    await close();
  });

  it('comes from one refresh as well when clocks are five minutes apart', async () => {
    const mailboxId = await test.connect();
    const oauth = anOAuthServer();
    const { tokens, close } = await processes(2, oauth, [-300_000, 300_000]);
    expect(await tokens[0]!.get(mailboxId)).toBe('token1');
    expect(await tokens[1]!.get(mailboxId)).toBe('token1');
    expect(oauth.refreshes).toBe(1);
    await close();
  });
});
