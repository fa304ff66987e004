import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@finito/testing';
import { compareWithTruth, sampleMailbox } from '../src/index.ts';
import type { GmailSimulator } from '../src/index.ts';
import { aMessage, call, clientOf, email, rawOf, simulatorWith } from './client.ts';

let simulator: GmailSimulator;
beforeEach(async () => {
  simulator = await simulatorWith(Array.from({ length: 4 }, () => aMessage()));
});
afterEach(() => simulator.close());

async function control(verb: string, path: string, body?: string | object) {
  const answer = await fetch(`${simulator.url}/_sim${path}`, {
    method: verb,
    body: typeof body === 'object' ? JSON.stringify(body) : body,
  });
  return { status: answer.status, text: await answer.text() };
}

const json = async (verb: string, path: string, body?: string | object) =>
  JSON.parse((await control(verb, path, body)).text) as Record<string, unknown>;

describe('the control endpoint', () => {
  it('lists what it can do', async () => {
    expect(Object.keys(await json('GET', '/'))).toEqual(
      expect.arrayContaining(['GET /_sim/report', 'POST /_sim/faults', 'DELETE /_sim/script']),
    );
  });

  it('changes the mailbox, tells every change, and compares rows with the truth', async () => {
    const { text } = await control('GET', '/truth');
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { gmailId: string });
    expect(await json('POST', '/compare', text)).toMatchObject({ equal: true });
    await json('POST', '/labels', { ids: [rows[0]!.gmailId], add: ['STARRED'] });
    expect(await json('POST', '/delete', { ids: [rows[1]!.gmailId] })).toEqual({ deleted: 1 });
    const { id } = await json('POST', '/deliver', 'Subject: By hand\r\n\r\nHello');
    expect(await json('POST', '/compare', text)).toMatchObject({
      equal: false,
      missing: [id],
      extra: [rows[1]!.gmailId],
      different: [{ gmailId: rows[0]!.gmailId, fields: ['labelIds'] }],
    });
    const changes = (await control('GET', '/changes')).text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(changes).toMatchObject([
      { kind: 'labelsAdded' },
      { kind: 'messagesDeleted' },
      { kind: 'messagesAdded' },
    ]);
    const { id: last } = changes[1] as { id: string };
    expect((await control('GET', `/changes?since=${last}`)).text.trim().split('\n')).toHaveLength(1);
  });

  it('injects faults, revokes, forgets history, and counts', async () => {
    await json('POST', '/faults', { match: { method: 'getProfile' }, effect: { status: 503 } });
    expect((await call(simulator, '/gmail/v1/users/me/profile')).status).toBe(503);
    expect(JSON.parse((await control('GET', '/faults')).text || '{}')).toMatchObject({ met: 1 });
    await control('DELETE', '/faults');
    const { accessToken } = await json('POST', '/tokens');
    const headers = { authorization: `Bearer ${String(accessToken)}` };
    const profile = () => fetch(`${simulator.url}/gmail/v1/users/me/profile`, { headers });
    const { historyId } = (await (await profile()).json()) as { historyId: string };
    await control('POST', '/expire-history');
    const history = await call(simulator, `/gmail/v1/users/me/history?startHistoryId=${historyId}`);
    expect(history.status).toBe(404);
    await control('POST', '/revoke');
    expect((await profile()).status).toBe(401);
    expect(await json('GET', '/report')).toMatchObject({ calls: { getProfile: 2, 'history.list': 1 } });
    await control('POST', '/reset');
    expect(await json('GET', '/report')).toMatchObject({ calls: {} });
  });

  it('answers nonsense with what is wrong with it', async () => {
    const cases: [string, string, string | object | undefined, number, RegExp][] = [
      ['POST', '/faults', 'not json', 400, /not JSON/],
      ['POST', '/faults', { effect: { status: 'bad' } }, 400, /status/],
      ['POST', '/faults', { effect: {}, colour: 'red' }, 400, /colour/],
      ['POST', '/script', { perSecond: -1 }, 400, /perSecond/],
      ['POST', '/labels', {}, 400, /ids/],
      ['POST', '/deliver', '', 400, /message/],
      ['GET', '/truth?user=nobody@example.com', undefined, 404, /nobody@example.com/],
      ['GET', '/changes?since=now', undefined, 400, /now/],
      ['GET', '/nothing', undefined, 404, /no such control/],
      ['PUT', '/report', undefined, 404, /PUT/],
    ];
    for (const [verb, path, body, status, words] of cases) {
      expect([path, await control(verb, path, body)]).toEqual([
        path,
        { status, text: expect.stringMatching(words) },
      ]);
    }
  });
});

describe('a script of change', () => {
  it('changes at its rate until its number is reached, the same in each run of a seed', async () => {
    const script = { perSecond: 500, changes: 60, seed: 3 };
    await json('POST', '/script', script);
    await until(async () => (await json('GET', '/script'))['running'] === 0);
    const { delivered, labelled, deleted } = (await json('GET', '/script')) as Record<string, number>;
    expect(delivered! + labelled! + deleted!).toBe(60);
    const other = await simulatorWith(Array.from({ length: 4 }, () => aMessage()));
    const running = other.account(email).script(script);
    await running.done;
    expect(running.counts).toEqual({ delivered, labelled, deleted });
    await other.close();
  });

  it('ends with its time, or when it is told to', async () => {
    const startedAt = performance.now();
    await simulator.account(email).script({ perSecond: 1, seconds: 0.2 }).done;
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const running = simulator.account(email).script({ perSecond: 1, changes: 100 });
    running.stop();
    await running.done;
    expect(running.isRunning()).toBe(false);
  });
});

describe('a state file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('brings back the same ids, labels, drafts, history and tokens after a restart', async () => {
    const statePath = join(folder, 'state.json');
    const messages = await sampleMailbox({ messages: 60, now: new Date('2026-11-24') });
    const first = await simulatorWith(messages, { statePath });
    const users = clientOf(first);
    const { accessToken } = first.issueTokens(email);
    const { data: profile } = await users.getProfile({ userId: 'me' });
    const { data: label } = await users.labels.create({ userId: 'me', requestBody: { name: 'Kept' } });
    const ids = first.truth(email).map(({ gmailId }) => gmailId);
    await users.messages.modify({ userId: 'me', id: ids[3]!, requestBody: { addLabelIds: [label.id!] } });
    await users.messages.send({ userId: 'me', requestBody: { raw: rawOf(aMessage()) } });
    const draft = { message: { raw: rawOf(aMessage()) } };
    const { data: saved } = await users.drafts.create({ userId: 'me', requestBody: draft });
    await users.drafts.update({ userId: 'me', id: saved.id!, requestBody: draft });
    await users.messages.delete({ userId: 'me', id: ids[5]! });
    first.account(email).changeLabels([ids[6]!], [], ['INBOX']);
    first.account(email).deliver(aMessage());
    const { data: before } = await users.history.list({ userId: 'me', startHistoryId: profile.historyId! });
    const truth = first.truth(email);
    await first.close();

    const second = await simulatorWith(messages, { statePath });
    expect(compareWithTruth(second.truth(email), truth)).toMatchObject({ equal: true });
    const again = clientOf(second);
    const { data: after } = await again.history.list({ userId: 'me', startHistoryId: profile.historyId! });
    expect(after).toEqual(before);
    expect((await again.drafts.get({ userId: 'me', id: saved.id! })).data.id).toBe(saved.id);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await fetch(`${second.url}/gmail/v1/users/me/profile`, { headers })).status).toBe(200);
    await second.close();
  });
});
