import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createGmail, createUndiciTransport, GmailBadAnswerError } from '../src/index.ts';
import type { Gmail, MessageOutcome } from '../src/index.ts';
import { startTinyServer } from './tiny-server.ts';
import type { TinyServer } from './tiny-server.ts';

/** What the server answers with next, as it is sent. */
let answer = sent('', false);
let server: TinyServer;
let gmail: Gmail;

beforeEach(async () => {
  server = await startTinyServer((_request, response) => {
    response.writeHead(200, {
      'content-type': answer.type,
      ...(answer.isPacked && { 'content-encoding': 'gzip' }),
    });
    response.end(answer.bytes);
  });
  gmail = createGmail({ apiUrl: server.url, transport: createUndiciTransport(), maxRetries: 0 });
});
afterEach(async () => {
  await gmail.close();
  await server.close();
});

function sent(body: string, isPacked: boolean, type = 'application/json; charset=UTF-8') {
  return { bytes: isPacked ? gzipSync(body) : Buffer.from(body), isPacked, type };
}

const message = (fields: object) => ({ id: '1', threadId: '1', ...fields });
const mailbox = () => gmail.mailbox({ getAccessToken: () => 'token' });
const getMessage = () => mailbox().getMessage('1', { format: 'raw' });

describe.each([false, true])('a large answer, packed: %s', (isPacked) => {
  it.each([
    ['one long text', message({ raw: 'QUJD'.repeat(1_500_000) })],
    [
      'several, between others',
      message({
        labelIds: ['INBOX'],
        payload: {
          parts: ['A', 'B'].map((letter) => ({ body: { data: letter.repeat(3_000_000) } })),
          headers: [{ name: 'Subject', value: 'Grüße "an" alle \\\\' }],
        },
      }),
    ],
    ['long texts with escapes and letters of all kinds', message({ snippet: 'a"\\ü\n😀'.repeat(500_000) })],
    [
      'many short texts',
      message({ labelIds: Array.from({ length: 400_000 }, (_, index) => `label ${index}`) }),
    ],
  ])('is read as any other: %s', async (_, value) => {
    answer = sent(JSON.stringify(value), isPacked);
    expect(await getMessage()).toEqual(value);
  });

  it.each([
    ['cut off', JSON.stringify(message({ raw: 'QUJD'.repeat(1_500_000) })).slice(0, -1)],
    ['cut off within a text', JSON.stringify(message({ raw: 'QUJD'.repeat(1_500_000) })).slice(0, -2)],
    ['of another shape', JSON.stringify({ raw: 'QUJD'.repeat(1_500_000) })],
  ])('is refused like any other: %s', async (_, body) => {
    answer = sent(body, isPacked);
    await expect(getMessage()).rejects.toThrow(GmailBadAnswerError);
  });
});

it('the parts of a large batch have each their own texts', async () => {
  const messages = ['1', '2', '3'].map((id) => ({ id, threadId: id, raw: id.repeat(2_000_000) }));
  const parts = messages.map(
    (each, index) =>
      `--b\r\nContent-Type: application/http\r\nContent-ID: <response-${index}>\r\n\r\n` +
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(each)}\r\n`,
  );
  answer = sent(`${parts.join('')}--b--`, true, 'multipart/mixed; boundary="b"');
  const found: MessageOutcome[] = [];
  for await (const each of mailbox().getMessages(['1', '2', '3'], { format: 'raw' })) found.push(each);
  expect(found).toEqual(messages.map((each) => ({ id: each.id, message: each })));
});

it('one that is larger than it says fails, and costs no more than its size', async () => {
  answer = sent(JSON.stringify(message({ raw: 'A'.repeat(50_000_000) })), true);
  answer.bytes.writeUInt32LE(1_000, answer.bytes.length - 4);
  await expect(getMessage()).rejects.toMatchObject({ name: 'GmailUnavailableError' });
});

it('the event loop is not held up by the size of a mail', async () => {
  const raw = 'A'.repeat(33_000_000);
  answer = sent(JSON.stringify(message({ raw })), true);
  await getMessage(); // what is loaded at the first call does not count
  let last = process.threadCpuUsage();
  let longest = 0;
  const timer = setInterval(() => {
    const now = process.threadCpuUsage();
    longest = Math.max(longest, now.user + now.system - last.user - last.system);
    last = now;
  }, 1);
  expect((await getMessage()).raw).toHaveLength(raw.length);
  clearInterval(timer);
  // The goal is 50 ms; a machine that is busy otherwise makes CPU time dearer.
  expect(longest / 1_000).toBeLessThan(150);
});
