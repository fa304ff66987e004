import { describe, expect, it } from '@jest/globals';
import { GmailBadAnswerError } from '@finito/gmail';
import type { GmailMessage } from '@finito/gmail';
import { messageRow } from './message-row.ts';

const data = (text: string) => Buffer.from(text).toString('base64url');

function aMessage(changes: Partial<GmailMessage> = {}): GmailMessage {
  return {
    id: '1a',
    threadId: '1a',
    historyId: '18446744073709551615',
    internalDate: '1767225600000',
    payload: {
      mimeType: 'text/plain',
      headers: [{ name: 'subject', value: 'Hi' }],
      body: { data: data('x') },
    },
    ...changes,
  };
}
const rowOf = (changes: Partial<GmailMessage>) => messageRow(aMessage(changes), { withContent: true });

describe('a message as a row', () => {
  it('keeps a history id that no number could hold', () => {
    expect(rowOf({}).historyId).toBe('18446744073709551615');
  });

  it('is refused without an id of its change, a date or a payload: that answer was cut', () => {
    for (const field of ['historyId', 'internalDate', 'payload'] as const) {
      expect(() => rowOf({ [field]: undefined })).toThrow(GmailBadAnswerError);
    }
  });

  it('is dated within what Postgres can write', () => {
    expect(rowOf({ internalDate: '-1' }).receivedAt.getTime()).toBe(-1);
    expect(rowOf({ internalDate: '-99999999999999' }).receivedAt.getUTCFullYear()).toBe(1);
    expect(rowOf({ internalDate: '99999999999999999999' }).receivedAt.getUTCFullYear()).toBe(9999);
  });

  it('has a size that fits its column, whatever Gmail estimates', () => {
    expect(rowOf({ sizeEstimate: 2 ** 40 }).size).toBe(2 ** 31 - 1);
    expect(rowOf({ sizeEstimate: -5 }).size).toBe(0);
    expect(rowOf({ sizeEstimate: Number.NaN }).size).toBe(0);
    expect(rowOf({}).size).toBe(0);
  });

  it('holds no character that Postgres refuses', () => {
    const bad = 'a\u0000b\ud800';
    const row = rowOf({
      snippet: bad,
      labelIds: ['INBOX'],
      payload: {
        mimeType: 'text/html',
        headers: [
          { name: 'Subject', value: bad },
          { name: 'From', value: `"${bad}" <a@example.com>` },
        ],
        body: { data: data(bad) },
      },
    });
    expect(JSON.stringify(row)).not.toMatch(/\\u0000|\\ud800/);
  });

  it('believes the text and not its Content-Type when the two differ', () => {
    const headers = [{ name: 'Content-Type', value: 'text/plain; charset=utf-16le' }];
    const row = rowOf({ payload: { mimeType: 'text/plain', headers, body: { data: data('Grüße') } } });
    expect(row.content?.text).toBe('Grüße');
  });

  it('without content is its envelope alone', () => {
    expect(messageRow(aMessage(), { withContent: false })).toMatchObject({ subject: 'Hi', content: null });
  });
});
