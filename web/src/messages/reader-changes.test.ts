import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { BulkActionBody, EmailSummary, Label } from '@finito/api';
import { QueryClient } from '@tanstack/react-query';
import { mergePage, top } from './known-messages.ts';
import type { KnownMessages } from './known-messages.ts';
import { createReaderChanges } from './reader-changes.ts';
import type { Toast } from './reader-changes.ts';

const mailboxId = 'mb_aaaaaaaaaaaaaaaa';
const message = (number: number) =>
  ({
    ...{ id: `msg_aaaaaaaaaaaaaaaa_${number}`, mailboxId, labelIds: ['INBOX', 'UNREAD'] },
    ...{ unread: true, starred: false, receivedAt: `2026-01-0${number}T00:00:00.000Z` },
  }) as EmailSummary;
const [newer, older] = [message(2), message(1)];

function aPage({ refuses = false } = {}) {
  const client = new QueryClient();
  const known = mergePage(undefined, { items: [newer, older], nextCursor: null }, top);
  const list = (label: string) => ['messages', { label }];
  client.setQueryData(list('INBOX'), known);
  client.setQueryData(list('STARRED'), mergePage(undefined, { items: [], nextCursor: null }, top));
  client.setQueryData(['message', newer.id], { ...newer, content: null });
  const inbox = { ...{ id: 'INBOX', mailboxId, total: 2, unread: 2 } } as Label;
  client.setQueryData(['labels'], { items: [inbox], nextCursor: null });
  const sent: BulkActionBody[] = [];
  const toasts: (Toast | null)[] = [];
  const changes = createReaderChanges({
    client,
    send: (body) => {
      sent.push(body);
      return refuses ? Promise.reject(new Error('away')) : Promise.resolve();
    },
    say: (toast) => toasts.push(toast),
  });
  return {
    ...{ client, sent, toasts, changes },
    shown: (label = 'INBOX') => client.getQueryData<KnownMessages>(list(label))!.items,
    open: () => client.getQueryData<EmailSummary>(['message', newer.id])!,
    inbox: () => client.getQueryData<{ items: Label[] }>(['labels'])!.items[0]!,
  };
}

describe('what a reader does with a message', () => {
  let page: ReturnType<typeof aPage>;
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => {
    page.client.clear();
    jest.useRealTimers();
  });
  const passes = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('shows at once in every list, in the open message and in the counts', () => {
    page = aPage();
    page.changes.change(newer, 'star');
    expect(page.shown('STARRED').map(({ id }) => id)).toEqual([newer.id]);
    expect(page.shown()[0]?.starred).toBe(true);
    expect(page.open().starred).toBe(true);
    page.changes.change(page.shown()[0]!, 'archive');
    expect(page.shown()).toEqual([older]);
    expect(page.inbox()).toMatchObject({ total: 1, unread: 1 });
    expect(page.sent.map(({ action }) => action)).toEqual(['star', 'archive']);
  });

  it('is taken back on the screen, and said, when the gateway refuses', async () => {
    page = aPage({ refuses: true });
    page.changes.change(newer, 'archive');
    await passes(0);
    expect(page.shown()).toEqual([newer, older]);
    expect(page.inbox()).toMatchObject({ total: 2, unread: 2 });
    expect(page.toasts.at(-1)?.words).toMatch(/^That was not done/);
  });

  it('can be undone, the bin in two steps', async () => {
    page = aPage();
    page.changes.change(newer, 'trash');
    expect(page.shown()).toEqual([older]);
    page.toasts.at(-1)?.undo?.();
    await passes(0);
    expect(page.shown().map(({ id }) => id)).toEqual([newer.id, older.id]);
    expect(page.sent.map(({ action }) => action)).toEqual(['trash', 'untrash', 'unarchive']);
  });

  it('reads quietly, one call for what is read in a row, and before what is done next', async () => {
    page = aPage();
    page.changes.markRead(newer);
    await passes(1);
    page.changes.markRead(older);
    expect(page.shown().map(({ unread }) => unread)).toEqual([false, false]);
    expect(page.inbox().unread).toBe(0);
    page.changes.change(page.shown()[1]!, 'archive');
    expect(page.sent.map(({ action }) => action)).toEqual(['read', 'read', 'archive']);
    expect(page.toasts).toHaveLength(1);
  });
});
