import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GmailSimulator } from '../src/index.ts';
import { aMessage, call, email, simulatorWith } from './client.ts';

let simulator: GmailSimulator;
let ids: string[];
beforeEach(async () => {
  simulator = await simulatorWith(Array.from({ length: 3 }, () => aMessage()));
  ids = simulator.truth(email).map(({ gmailId }) => gmailId);
});
afterEach(() => simulator.close());

async function batch(parts: string[], own = simulator) {
  const body = `${parts.map((part) => `--cut\r\n${part}\r\n`).join('')}--cut--`;
  const answer = await call(own, '/batch/gmail/v1', {
    method: 'POST',
    headers: { 'content-type': 'multipart/mixed; boundary="cut"' },
    body,
  });
  const boundary = /boundary=(\S+)/.exec(answer.headers.get('content-type') ?? '')?.[1];
  const text = await answer.text();
  const sections = boundary === undefined ? [] : text.split(`--${boundary}`).slice(1, -1);
  return { status: answer.status, boundary, text, sections };
}

const part = (path: string, id = '1', verb = 'GET') =>
  `Content-Type: application/http\r\nContent-ID: <${id}>\r\n\r\n${verb} /gmail/v1/users/me${path} HTTP/1.1`;

describe('a batch', () => {
  it('answers each part by itself, in order, under a boundary of its own', async () => {
    const { status, boundary, sections } = await batch([
      part(`/messages/${ids[0]}?fields=id`, 'a'),
      part('/messages/ffff', 'b'),
      `${part(`/messages/${ids[1]}/modify`, 'c', 'POST')}\r\nContent-Type: application/json\r\n\r\n{"addLabelIds":["STARRED"]}`,
      part(`/messages/${ids[2]}`, 'd', 'DELETE'),
    ]);
    expect(status).toBe(200);
    expect(boundary).not.toBe('cut');
    expect(sections.map((section) => /HTTP\/1.1 (\d+)/.exec(section)![1])).toEqual([
      '200',
      '404',
      '200',
      '204',
    ]);
    expect(sections.map((section) => /Content-ID: <(.+)>/.exec(section)![1])).toEqual([
      'response-a',
      'response-b',
      'response-c',
      'response-d',
    ]);
    expect(sections[0]).toContain(`{"id":"${ids[0]}"}`);
    expect(simulator.truth(email).map(({ labelIds }) => labelIds)).toEqual([['INBOX'], ['INBOX', 'STARRED']]);
  });

  it('takes a hundred parts and refuses one more, all of it', async () => {
    const parts = Array.from({ length: 101 }, (_, n) => part('/profile', String(n)));
    expect((await batch(parts.slice(1))).sections).toHaveLength(100);
    const refused = await batch(parts);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('Inner request count exceeds the limit. Received: 101, Limit: 100');
    expect((await batch([])).status).toBe(400);
    expect((await batch(['Content-Type: application/http\r\n\r\nnonsense'])).status).toBe(400);
  });

  it('costs what its parts cost, and is refused part by part', async () => {
    const strict = await simulatorWith([aMessage()], {
      quotaEnforced: true,
      quotaLimits: { userPerMinute: 3 },
    });
    const { sections } = await batch(
      Array.from({ length: 5 }, (_, n) => part('/profile', String(n))),
      strict,
    );
    const statuses = sections.map((section) => Number(/HTTP\/1.1 (\d+)/.exec(section)![1]));
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(strict.report()).toMatchObject({ units: 3, refusals: { user: 2 } });
    await strict.close();
  });

  it('is 404 where there is no batch endpoint', async () => {
    const without = await simulatorWith([aMessage()], { batchEnabled: false });
    expect((await batch([part('/profile')], without)).status).toBe(404);
    await without.close();
  });
});
