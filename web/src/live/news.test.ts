import { describe, expect, it } from '@jest/globals';
import { syncEventTypes } from '@finito/api';
import type { MailboxProgress, SyncEvent } from '@finito/api';
import { addEvent, createNews, touchesMessages } from './news.ts';

const mailboxId = 'mb_0123456789abcdef';
const at = (stored: number) => ({ stored }) as MailboxProgress;
const told = (type: 'message-stored' | 'message-changed' | 'message-gone', ...ids: string[]): SyncEvent => ({
  ...{ type, mailboxId, ids },
});

function newsOf(...events: SyncEvent[]) {
  const news = createNews();
  for (const event of events) addEvent(news, event);
  return news;
}

describe('the news of a page', () => {
  it('keep the newest progress of each mailbox', () => {
    const other = 'mb_other';
    const news = newsOf(
      { type: 'progress', mailboxId, progress: at(1) },
      { type: 'progress', mailboxId: other, progress: at(7) },
      { type: 'progress', mailboxId, progress: at(2) },
    );
    expect([...news.progress]).toEqual([
      [mailboxId, at(2)],
      [other, at(7)],
    ]);
    expect(touchesMessages(news)).toBe(false);
  });

  it('name each message once, however often it was told of', () => {
    const news = newsOf(
      told('message-stored', 'a', 'b'),
      told('message-stored', 'b'),
      told('message-changed', 'b'),
    );
    expect([...news.stored]).toEqual(['a', 'b']);
    expect([...news.changed]).toEqual(['b']);
  });

  it('let the last word stand between stored and gone', () => {
    expect([...newsOf(told('message-stored', 'a'), told('message-gone', 'a')).stored]).toEqual([]);
    const back = newsOf(told('message-gone', 'a'), told('message-stored', 'a'));
    expect([...back.gone]).toEqual([]);
    expect([...back.stored]).toEqual(['a']);
  });

  it('know every event of the contract', () => {
    for (const type of syncEventTypes) {
      const event = { type, mailboxId, ids: [], progress: at(0) } as SyncEvent;
      expect(() => addEvent(createNews(), event)).not.toThrow();
    }
  });

  it('touch messages whenever lists may look different', () => {
    expect(touchesMessages(newsOf({ type: 'heartbeat' }))).toBe(false);
    expect(touchesMessages(newsOf({ type: 'reset' }))).toBe(true);
    for (const type of ['message-stored', 'message-changed', 'message-gone'] as const) {
      expect(touchesMessages(newsOf(told(type, 'a')))).toBe(true);
    }
  });
});
