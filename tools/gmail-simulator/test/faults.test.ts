import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fault, GmailSimulator } from '../src/index.ts';
import { aMessage, call, clientOf, email, simulatorWith } from './client.ts';

let simulator: GmailSimulator;
let id: string;
beforeEach(async () => {
  simulator = await simulatorWith([aMessage({ text: 'x'.repeat(5_000) }), aMessage()]);
  id = simulator.truth(email)[0]!.gmailId;
});
afterEach(() => simulator.close());

const read = () => call(simulator, `/gmail/v1/users/me/messages/${id}`);

describe('faults', () => {
  it('meet the calls they name, as many as they say, and no others', async () => {
    simulator.inject({ match: { method: 'messages.get', count: 2 }, effect: { status: 503 } });
    expect((await call(simulator, '/gmail/v1/users/me/profile')).status).toBe(200);
    expect([(await read()).status, (await read()).status, (await read()).status]).toEqual([503, 503, 200]);
    simulator.inject({ match: { user: 'somebody@example.com' }, effect: { status: 500 } });
    expect((await read()).status).toBe(200);
    simulator.inject({ match: { messageId: id }, effect: { status: 500 } });
    expect((await read()).status).toBe(500);
    simulator.clearFaults();
    expect((await read()).status).toBe(200);
  });

  it('name the time to retry in each of Google’s three forms', async () => {
    const refusal = async (retryAfterForm: Fault['effect']['retryAfterForm']) => {
      simulator.inject({
        match: { count: 1 },
        effect: { status: 429, reason: 'rateLimitExceeded', retryAfter: 30, retryAfterForm },
      });
      const response = await read();
      return { header: response.headers.get('retry-after'), text: await response.text() };
    };
    expect((await refusal('seconds')).header).toBe('30');
    expect(Date.parse((await refusal('date')).header!) - Date.now()).toBeGreaterThan(25_000);
    const { header, text } = await refusal('text');
    expect(header).toBeNull();
    expect(text).toMatch(/Retry after \d{4}-\d\d-\d\dT[\d:.]+Z/);
  });

  it('cut an answer short, or the connection', async () => {
    simulator.inject({ match: { count: 1 }, effect: { truncateJson: true } });
    const truncated = await read();
    expect(truncated.status).toBe(200);
    await expect(truncated.json()).rejects.toThrow(/JSON/);
    simulator.inject({ match: { count: 1 }, effect: { resetMidBody: true } });
    const reset = await read();
    await expect(reset.text()).rejects.toThrow();
    simulator.inject({ match: { count: 1 }, effect: { hang: true } });
    const path = `/gmail/v1/users/me/messages/${id}`;
    await expect(call(simulator, path, { signal: AbortSignal.timeout(200) })).rejects.toThrow();
    simulator.inject({ match: { count: 1 }, effect: { latencyMs: 120 } });
    const startedAt = performance.now();
    await read();
    expect(performance.now() - startedAt).toBeGreaterThan(115);
  });

  it('a message that vanishes between the listing and the read is 404, and a deletion in the history', async () => {
    const users = clientOf(simulator);
    const startHistoryId = (await users.getProfile({ userId: 'me' })).data.historyId!;
    simulator.inject({ match: { method: 'messages.get', messageId: id }, effect: { gone: true } });
    expect((await read()).status).toBe(404);
    expect(simulator.truth(email).map(({ gmailId }) => gmailId)).not.toContain(id);
    const { data } = await users.history.list({ userId: 'me', startHistoryId });
    expect(data.history![0]!.messagesDeleted![0]!.message!.id).toBe(id);
  });

  it('a page of history can be empty and announce another', async () => {
    const users = clientOf(simulator);
    const startHistoryId = (await users.getProfile({ userId: 'me' })).data.historyId!;
    simulator.account(email).changeLabels([id], ['STARRED'], []);
    simulator.inject({ match: { method: 'history.list', count: 1 }, effect: { emptyHistoryPage: true } });
    const { data: empty } = await users.history.list({ userId: 'me', startHistoryId });
    expect(empty.history).toBeUndefined();
    const pageToken = empty.nextPageToken!;
    const { data } = await users.history.list({ userId: 'me', startHistoryId, pageToken });
    expect(data.history).toHaveLength(1);
  });

  it('strike a batch as a whole, or one of its parts', async () => {
    const batch = async () => {
      const body = `--cut\r\nContent-ID: <1>\r\n\r\nGET /gmail/v1/users/me/messages/${id}\r\n\r\n--cut--`;
      const headers = { 'content-type': 'multipart/mixed; boundary=cut' };
      return call(simulator, '/batch/gmail/v1', { method: 'POST', headers, body });
    };
    simulator.inject({ match: { method: 'batch', count: 1 }, effect: { status: 503 } });
    expect((await batch()).status).toBe(503);
    simulator.inject({ match: { method: 'messages.get', count: 1 }, effect: { truncateJson: true } });
    const answer = await batch();
    expect(answer.status).toBe(200);
    const [, json = ''] = /\r\n\r\n(\{[^]*?)\r\n--batch/.exec(await answer.text()) ?? [];
    expect(() => JSON.parse(json) as unknown).toThrow(/JSON/);
  });
});
