import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMailFile, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import { aGateway, aMessage } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

const email = 'ann@example.com';
const rawOf = (n: number, text = `Body ${n}`) =>
  Buffer.from(
    [`From: Bob <bob@example.com>`, `Subject: No ${n}`, `Message-ID: <${n}@example.com>`, '', text, ''].join(
      '\r\n',
    ),
  );
const odd = 'Dear,\r\nFrom here on\r\n>From there\r\nfrom small\r\n\r\nFrom last';
const count = 12;
/** More than the buffers of two sockets hold. */
const large = 'bob@example.com';
const largeCount = 12;

let simulator: GmailSimulator;
let gateway: TestGateway;
beforeAll(async () => {
  const messages = Array.from({ length: count }, (_, n) => ({
    raw: n === 2 ? rawOf(n, odd) : rawOf(n),
    internalDate: Date.UTC(2026, 0, 1, 0, n),
  }));
  const largeMessages = Array.from({ length: largeCount }, (_, n) => ({
    raw: rawOf(n, `${'x'.repeat(70)}\r\n`.repeat(14_000)),
  }));
  simulator = await startGmailSimulator({
    accounts: [
      { emailAddress: email, name: 'Ann', messages },
      { emailAddress: large, name: 'Bob', messages: largeMessages },
    ],
    timeFactor: 240,
  });
  gateway = await aGateway({ simulator });
});
beforeEach(() => simulator.clearFaults());
afterAll(async () => {
  await gateway?.close();
  await simulator?.close();
});

/** A mailbox with all messages of the simulator's account stored, as a worker leaves it. */
async function aStoredMailbox({ isWhole = true, account = email } = {}) {
  const user = await gateway.aUser();
  const { refreshToken, accessToken, expiresAt } = simulator.issueTokens(account);
  const mailbox = await gateway.aMailbox(user.id, {
    ...{ refreshToken, accessToken, accessTokenExpiresAt: expiresAt.getTime(), scope: '' },
  });
  await mailbox.labels('INBOX', 'Ärger, neu');
  const truth = simulator.truth(account).sort((left, right) => left.internalDate - right.internalDate);
  await mailbox.store(
    ...truth.map(({ gmailId, threadId, internalDate }) =>
      aMessage(gmailId, { threadId, receivedAt: new Date(internalDate), labelIds: ['INBOX', 'Ärger, neu'] }),
    ),
  );
  if (isWhole) await gateway.db.history.finishGeneration(mailbox.lease, 1);
  const path = `/api/mailboxes/${mailbox.mailboxId}/export`;
  return {
    ...mailbox,
    path,
    headers: { authorization: user.authorization },
    ids: truth.map(({ gmailId }) => gmailId),
    /** Resolves at the head; `whole` to the file, or rejects when it was cut. */
    async get(query = '') {
      const sent = httpRequest(`${gateway.origin}${path}${query}`, {
        headers: { authorization: user.authorization },
      });
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return {
        response,
        async whole() {
          const pieces: Buffer[] = [];
          for await (const piece of response) pieces.push(piece as Buffer);
          return Buffer.concat(pieces).toString('latin1');
        },
      };
    },
  };
}

async function readSoFar(): Promise<number> {
  const { values } = await gateway.registry.getSingleMetric('finito_export_messages_total')!.get();
  return values.find(({ labels }) => labels['outcome'] === 'written')?.value ?? 0;
}

/** Its value once it has been the same for half a second, and is not 0. */
function untilSteady(read: () => Promise<number>): Promise<number> {
  let last = { value: 0, at: performance.now() };
  return until(async () => {
    const value = await read();
    if (value !== last.value) last = { value, at: performance.now() };
    return value > 0 && performance.now() - last.at > 500 ? value : undefined;
  });
}

/** As a reader of mboxrd takes it apart: head lines and the message as it was sent. */
function messagesIn(mbox: string) {
  return mbox
    .split(/^(?=From )/m)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [from = '', id = '', thread = '', ...rest] = piece.split('\n');
      const labels = rest
        .splice(
          0,
          rest.findIndex((line) => !/^(X-Gmail-Labels:| )/.test(line)),
        )
        .join('');
      const raw = rest
        .slice(0, -1)
        .join('\n')
        .replace(/^>(>*From )/gm, '$1')
        .replace(/\n/g, '\r\n');
      return { from, id: id.replace('X-Finito-Id: ', ''), thread, labels, raw };
    });
}

describe('an export', () => {
  it('holds each stored message once, oldest first, byte for byte as it was sent', async () => {
    const { get, ids, messageId } = await aStoredMailbox();
    const { response, whole } = await get();
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'application/mbox',
      'x-export-messages': String(count),
      'content-disposition': expect.stringContaining('.mbox'),
    });
    const found = messagesIn(await whole());
    expect(found.map(({ id }) => id)).toEqual(ids.map(messageId));
    expect(found[0]).toMatchObject({
      from: 'From ann@example.com Thu Jan  1 00:00:00 2026',
      thread: `X-GM-THRID: ${BigInt(`0x${ids[0]}`)}`,
      labels: 'X-Gmail-Labels: =?UTF-8?B?SW5ib3gsIsOEcmdlciwgbmV1IixPcGVuZWQ=?=',
      raw: rawOf(0).toString('latin1'),
    });
    expect(found.map(({ raw }) => raw)).toEqual(
      ids.map((_, n) => rawOf(n, n === 2 ? odd : undefined).toString('latin1')),
    );
    expect(response.trailers).toEqual({ 'x-export-written': String(count), 'x-export-gone': '0' });
  });

  it('can be loaded again by `npm start -- --mail`', async () => {
    const { get } = await aStoredMailbox();
    const folder = await mkdtemp(join(tmpdir(), 'finito-export-'));
    await writeFile(join(folder, 'ann.mbox'), await (await get()).whole(), 'latin1');
    const loaded: string[] = [];
    for await (const { raw } of loadMailFile(join(folder, 'ann.mbox'))) loaded.push(raw.toString());
    await rm(folder, { recursive: true });
    expect(loaded).toHaveLength(count);
    expect(loaded[2]).toContain(odd.replaceAll('\r\n', '\n'));
  });

  it('that was cut goes on behind a message', async () => {
    const { get, ids, messageId } = await aStoredMailbox();
    const { whole, response } = await get(`?after=${messageId(ids[6]!)}`);
    expect(messagesIn(await whole()).map(({ id }) => id)).toEqual(ids.slice(7).map(messageId));
    expect(response.headers['x-export-messages']).toBe(String(count - 7));
    expect((await get('?after=msg_0000000000000000_1')).response.statusCode).toBe(404);
  });

  it('leaves out what Gmail has no longer, and says so at its end', async () => {
    const { get, ids } = await aStoredMailbox();
    const effect = { status: 404, reason: 'notFound' };
    simulator.inject({ match: { method: 'messages.get', messageId: ids[3]! }, effect });
    const { whole, response } = await get();
    expect(messagesIn(await whole())).toHaveLength(count - 1);
    expect(response.trailers).toEqual({ 'x-export-written': String(count - 1), 'x-export-gone': '1' });
  });

  it('waits for what passes', async () => {
    const { get } = await aStoredMailbox();
    simulator.inject({ match: { method: 'messages.get', count: 1 }, effect: { status: 503 } });
    expect(messagesIn(await (await get()).whole())).toHaveLength(count);
  });

  it('is cut, and does not end, when a message cannot be read', async () => {
    const { get, ids } = await aStoredMailbox();
    simulator.inject({ match: { method: 'messages.get', messageId: ids[8]! }, effect: { status: 400 } });
    const { response, whole } = await get();
    expect(response.statusCode).toBe(200);
    await expect(whole()).rejects.toThrow('aborted');
    expect(response.complete).toBe(false);
  });

  it('reads no further ahead than its client takes, and one at a time of a mailbox', async () => {
    const { get, ids } = await aStoredMailbox({ account: large });
    const before = await readSoFar();
    const { response, whole } = await get();
    response.pause();
    expect(await untilSteady(readSoFar)).toBeLessThan(before + largeCount);
    const second = await get();
    expect(second.response.statusCode).toBe(409);
    expect(await second.whole()).toContain('/problems/export-running');
    expect(messagesIn(await whole())).toHaveLength(ids.length);
    expect(await readSoFar()).toBe(before + largeCount);
  });

  it('of a mailbox that is not whole is refused, unless a part will do', async () => {
    const { get } = await aStoredMailbox({ isWhole: false });
    const refused = await get();
    expect(refused.response.statusCode).toBe(409);
    expect(await refused.whole()).toContain('/problems/mailbox-not-whole');
    expect(messagesIn(await (await get('?partial=1')).whole())).toHaveLength(count);
  });

  it('asked for by HEAD says how much there is and reads nothing', async () => {
    const { path, headers } = await aStoredMailbox();
    simulator.inject({ match: { method: 'messages.get' }, effect: { status: 400 } });
    const response = await fetch(gateway.origin + path, { method: 'HEAD', headers });
    expect(response.headers.get('x-export-messages')).toBe(String(count));
  });

  it('is not given to HTTP/1.0, where a file that was cut looks whole', async () => {
    const { path, headers } = await aStoredMailbox();
    const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
    socket.write(`GET ${path} HTTP/1.0\r\nAuthorization: ${headers.authorization}\r\n\r\n`);
    await until(() => answer.includes('HTTP/1.1 400'));
    socket.destroy();
  });

  it('is cut when the gateway stops, and none begins then', async () => {
    const { get } = await aStoredMailbox();
    const { whole, response } = await get();
    response.pause();
    gateway.exports.close();
    await expect(whole()).rejects.toThrow('aborted');
    await expect(get()).rejects.toThrow('socket hang up');
  });
});
