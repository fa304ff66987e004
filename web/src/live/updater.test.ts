import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { EmailSummary, Mailbox, MailboxProgress } from '@finito/api';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { mergePage, top } from '../messages/known-messages.ts';
import type { KnownMessages, Start } from '../messages/known-messages.ts';
import { createUpdater } from './updater.ts';

const mailboxId = 'mb_aaaaaaaaaaaaaaaa';
const idOf = (number: number) => `msg_aaaaaaaaaaaaaaaa_${number.toString(16).padStart(4, '0')}`;
const message = (number: number, starred = false) =>
  ({
    ...{ id: idOf(number), mailboxId, starred },
    receivedAt: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
  }) as EmailSummary;
const told = (type: 'message-stored' | 'message-changed' | 'message-gone', ...numbers: number[]) => ({
  ...{ type, mailboxId, ids: numbers.map(idOf) },
});

/** A page over a gateway that keeps its messages in an array and gives ten at a time. */
function aPage(...numbers: number[]) {
  const server = { messages: numbers.map((number) => message(number)), down: false };
  const calls: (string | null)[] = [];
  const client = new QueryClient();
  const key = ['messages', { label: 'INBOX' }];
  const fetchPage = (_filter: unknown, { cursor }: Start) => {
    calls.push(cursor);
    if (server.down) return Promise.reject(new Error('away'));
    const sorted = server.messages.toSorted((left, right) => (left.id < right.id ? 1 : -1));
    const below = sorted.filter(({ id }) => cursor === null || id < cursor);
    const items = below.slice(0, 10);
    return Promise.resolve({ items, nextCursor: below.length > 10 ? items.at(-1)!.id : null });
  };
  const updater = createUpdater({ client, fetchPage });
  let unsubscribe = () => undefined as void;
  return {
    ...{ server, calls, client, updater },
    async read(pages = 1) {
      let start: Start | undefined = top;
      for (let page = 0; page < pages && start; page += 1) {
        const answer = await fetchPage({}, start);
        client.setQueryData<KnownMessages>(key, (known) => mergePage(known, answer, start!));
        start = { cursor: answer.items.at(-1)!.id, after: answer.items.at(-1)! };
      }
      const observer = new QueryObserver(client, { queryKey: key, staleTime: Infinity });
      unsubscribe = observer.subscribe(() => undefined);
      calls.length = 0;
    },
    shown: () => client.getQueryData<KnownMessages>(key)?.items ?? [],
    close() {
      updater.close();
      unsubscribe();
      client.clear();
    },
  };
}

const numbersTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('the page, told what changes', () => {
  let page: ReturnType<typeof aPage>;
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => {
    page.close();
    jest.useRealTimers();
  });
  const passes = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('shows a new message at the head, with one call', async () => {
    page = aPage(...numbersTo(5));
    await page.read();
    page.server.messages.push(message(6));
    page.updater.hear(told('message-stored', 6));
    await passes(2_000);
    expect(page.shown().map(({ id }) => id)).toEqual([6, 5, 4, 3, 2, 1].map(idOf));
    expect(page.calls).toEqual([null]);
  });

  it('drops what has gone without asking anybody', async () => {
    page = aPage(...numbersTo(5));
    await page.read();
    page.updater.hear(told('message-gone', 3));
    await passes(2_000);
    expect(page.shown().map(({ id }) => id)).toEqual([5, 4, 2, 1].map(idOf));
    expect(page.calls).toEqual([]);
  });

  it('reads the part of the list again in which a message changed', async () => {
    page = aPage(...numbersTo(35));
    await page.read(4);
    page.server.messages[11] = message(12, true);
    page.updater.hear(told('message-changed', 12));
    await passes(5_000);
    expect(page.shown().find(({ id }) => id === idOf(12))?.starred).toBe(true);
    expect(page.shown()).toHaveLength(35);
    expect(page.calls).toEqual([null, idOf(16)]);
  });

  it('reads all that is known again after a reset, part by part', async () => {
    page = aPage(...numbersTo(35));
    await page.read(3);
    page.server.messages = numbersTo(35).map((number) => message(number, true));
    page.updater.hear({ type: 'reset' });
    await passes(30_000);
    expect(page.shown()).toHaveLength(30);
    expect(page.shown().every(({ starred }) => starred)).toBe(true);
    expect(page.calls).toHaveLength(3);
  });

  it('asks at most forty times a minute while messages pour in, and a tenth of that once its head is full', async () => {
    page = aPage(1_000);
    await page.read();
    for (let second = 0; second < 60; second += 1) {
      page.server.messages.push(message(2_000 + second));
      page.updater.hear(told('message-stored', 2_000 + second));
      await passes(1_000);
    }
    expect(page.calls.length).toBeGreaterThan(20);
    expect(page.calls.length).toBeLessThanOrEqual(42);
    page.calls.length = 0;
    for (let second = 0; second < 60; second += 1) {
      page.updater.hear(told('message-stored', 900 - second));
      await passes(1_000);
    }
    expect(page.calls.length).toBeLessThanOrEqual(9);
  });

  it('keeps what it shows while the gateway is away, and catches up', async () => {
    page = aPage(...numbersTo(5));
    await page.read();
    page.server.messages.push(message(6));
    page.server.down = true;
    page.updater.hear(told('message-stored', 6));
    await passes(2_000);
    expect(page.shown()).toHaveLength(5);
    page.server.down = false;
    await passes(15_000);
    expect(page.shown()).toHaveLength(6);
  });

  it('moves the bar of a mailbox from the event itself', async () => {
    page = aPage(1);
    const progress = { state: 'syncing', stored: 1, waiting: { reason: 'paused' } } as MailboxProgress;
    const mailbox = { id: mailboxId, state: 'live', paused: false } as Mailbox;
    page.client.setQueryData(['mailboxes'], { items: [mailbox], nextCursor: null });
    page.updater.hear({ type: 'progress', mailboxId, progress });
    await passes(300);
    expect(page.client.getQueryData(['mailboxes'])).toEqual({
      items: [{ ...mailbox, progress, state: 'syncing', paused: true }],
      nextCursor: null,
    });
  });

  it('takes an open message for old when an event names it', async () => {
    page = aPage(1);
    for (const number of [1, 2]) page.client.setQueryData(['message', idOf(number)], message(number));
    page.updater.hear(told('message-stored', 1));
    await passes(300);
    const isOld = (number: number) => page.client.getQueryState(['message', idOf(number)])?.isInvalidated;
    expect([isOld(1), isOld(2)]).toEqual([true, false]);
  });
});
