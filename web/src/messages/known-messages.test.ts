import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EmailSummary } from '@finito/api';
import {
  lastStart,
  mergePage,
  nextStart,
  removeMessages,
  startBelow,
  startsOf,
  top,
  withMessage,
} from './known-messages.ts';
import type { KnownMessages, Start } from './known-messages.ts';

const pageSize = 3;

/** Few moments, so that many messages share one and the order of ids decides. */
const place = fc.record({ moment: fc.nat(4), number: fc.nat(15), mailbox: fc.constantFrom('a', 'b') });
const messages = fc.uniqueArray(place, {
  selector: ({ moment, number, mailbox }) => `${moment} ${number} ${mailbox}`,
  maxLength: 25,
});
type Place = { moment: number; number: number; mailbox: string };

function message({ moment, number, mailbox }: Place, starred = false): EmailSummary {
  const mailboxId = `mb_${mailbox.repeat(16)}`;
  const id = `msg_${mailbox.repeat(16)}_${moment}${number.toString(16)}`;
  return { id, mailboxId, receivedAt: `2026-01-0${moment + 1}T00:00:00.000Z`, starred } as EmailSummary;
}

/** The gateway's order, written anew: time, Gmail's id, mailbox, all descending. */
const key = ({ receivedAt, id, mailboxId }: EmailSummary) =>
  `${receivedAt} ${id.split('_')[2]!} ${mailboxId}`;
const inOrder = (items: EmailSummary[]) => items.toSorted((a, b) => (key(a) < key(b) ? 1 : -1));

function ask(server: EmailSummary[], { cursor }: Start) {
  const below = inOrder(server).filter((item) => cursor === null || key(item) < cursor);
  const items = below.slice(0, pageSize);
  return { items, nextCursor: below.length > pageSize ? key(items.at(-1)!) : null };
}

function read(server: EmailSummary[], pages: number): KnownMessages {
  let known = mergePage(undefined, ask(server, top), top);
  for (let page = 1; page < pages; page += 1) {
    const start = nextStart(known);
    if (start) known = mergePage(known, ask(server, start), start);
  }
  return known;
}

function readAllAgain(known: KnownMessages, server: EmailSummary[]): KnownMessages {
  for (let start: Start | undefined = top; start; start = startBelow(known, start)) {
    known = mergePage(known, ask(server, start), start);
  }
  return known;
}

describe('what is known of a list', () => {
  it('is the head of the list, page by page to its end', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 10 }), (places, pages) => {
        const server = places.map((given) => message(given));
        const known = read(server, pages);
        expect(known.items).toEqual(inOrder(server).slice(0, pages * pageSize));
        expect(known.nextCursor === null).toBe(known.items.length === server.length);
      }),
    );
  });

  it('is right again when all of it is read again, whatever came, went or changed in between', () => {
    fc.assert(
      fc.property(messages, messages, fc.integer({ min: 1, max: 10 }), (before, after, pages) => {
        const known = read(
          before.map((given) => message(given)),
          pages,
        );
        const server = after.map((given) => message(given, true));
        const again = readAllAgain(known, server);
        expect(again.items).toEqual(inOrder(server).slice(0, again.items.length));
        if (again.nextCursor === null) expect(again.items).toHaveLength(server.length);
        else expect(again.items.length).toBeLessThan(server.length);
      }),
    );
  });

  it('never holds a message twice, nor out of order, however its pages come in', () => {
    fc.assert(
      fc.property(
        fc.array(messages, { minLength: 2, maxLength: 6 }),
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
        (states, picks) => {
          let known = read(
            states[0]!.map((given) => message(given)),
            3,
          );
          for (const [index, state] of states.slice(1).entries()) {
            const server = state.map((given) => message(given));
            const starts = [...known.starts, nextStart(known)].filter((start) => start !== undefined);
            const start = starts[picks[index]! % starts.length]!;
            known = mergePage(known, ask(server, start), start);
            expect(known.items).toEqual(inOrder(known.items));
            expect(new Set(known.items.map(({ id }) => id)).size).toBe(known.items.length);
          }
        },
      ),
    );
  });

  it('shows a changed message once its part of the list is read again', () => {
    const places = Array.from({ length: 10 }, (_, number) => ({ moment: 1, number, mailbox: 'a' }));
    const changed = message(places[4]!, true);
    const before = places.map((given) => message(given));
    const known = read(before, 4);
    const server = before.map((item) => (item.id === changed.id ? changed : item));
    const [start, ...others] = startsOf(known, new Set([changed.id]));
    expect(others).toEqual([]);
    expect(mergePage(known, ask(server, start!), start!).items).toEqual(inOrder(server));
  });

  it('finds what has come at the end from its last part', () => {
    const all = Array.from({ length: 8 }, (_, number) => message({ moment: 1, number, mailbox: 'a' }));
    const known = read(inOrder(all).slice(0, 5), 2);
    expect(known.nextCursor).toBeNull();
    const more = mergePage(known, ask(all, lastStart(known)), lastStart(known));
    expect(more.items).toHaveLength(6);
    expect(more.nextCursor).not.toBeNull();
  });

  it('forgets what has gone, and stays the same object when it never knew it', () => {
    const known = read([message({ moment: 1, number: 1, mailbox: 'a' })], 1);
    expect(removeMessages(known, new Set(['msg_other']))).toBe(known);
    expect(removeMessages(known, new Set([known.items[0]!.id])).items).toEqual([]);
  });

  it('takes a message in at its place, once, and lets it go again', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (places, pick) => {
        const server = inOrder(places.map((given) => message(given)));
        const some = server[pick % Math.max(1, server.length)];
        if (!some) return;
        const known = read(server, 20);
        const without = withMessage(known, some, false);
        expect(without.items).toEqual(server.filter(({ id }) => id !== some.id));
        expect(withMessage(without, some, true).items).toEqual(server);
        expect(withMessage(known, { ...some, starred: true }, true).items).toHaveLength(server.length);
      }),
    );
  });

  it('leaves what lies below all that is known to the page that brings it', () => {
    const all = Array.from({ length: 8 }, (_, number) => message({ moment: 1, number, mailbox: 'a' }));
    const known = read(all, 1);
    expect(withMessage(known, all[0]!, true)).toBe(known);
  });
});
