import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EmailSummary } from '@finito/api';
import { changed } from './changes.ts';
import { mergePage, top } from './known-messages.ts';
import { createOwnChanges, putInList } from './own-changes.ts';

const inbox = { label: 'INBOX' };
const message = (number: number, ...labelIds: string[]) =>
  ({
    ...{ id: `msg_aaaaaaaaaaaaaaaa_${number}`, mailboxId: 'mb_aaaaaaaaaaaaaaaa', labelIds },
    ...{ unread: false, starred: false, receivedAt: `2026-01-0${number}T00:00:00.000Z` },
  }) as EmailSummary;
const listOf = (...items: EmailSummary[]) => mergePage(undefined, { items, nextCursor: null }, top);

describe('answers that come late', () => {
  let clock = 0;
  let own: ReturnType<typeof createOwnChanges>;
  const [first, second] = [message(2, 'INBOX'), message(1, 'INBOX')];
  const archived = changed(first, 'archive');
  beforeEach(() => {
    clock = 0;
    own = createOwnChanges(() => clock);
  });

  it('do not bring back what was archived after they were asked for', () => {
    const askedAt = clock++;
    const done = own.begin(archived);
    clock += 1;
    done();
    expect(own.ontoList(listOf(first, second), inbox, askedAt).items).toEqual([second]);
    expect(own.ontoMessage(first, askedAt).labelIds).toEqual([]);
  });

  it('do not while the gateway has not answered either', () => {
    own.begin(archived);
    clock += 1;
    expect(own.ontoList(listOf(first, second), inbox, clock).items).toEqual([second]);
  });

  it('are believed when they were asked for afterwards', () => {
    const done = own.begin(archived);
    done();
    clock += 1;
    expect(own.ontoList(listOf(first, second), inbox, clock).items).toEqual([first, second]);
    expect(own.ontoMessage(first, clock)).toBe(first);
  });

  it('are believed when the gateway refused the change', () => {
    own.begin(archived);
    own.forget(first.id);
    expect(own.ontoList(listOf(first, second), inbox, clock).items).toEqual([first, second]);
  });

  it('do not hide what was taken back into the list', () => {
    own.begin(archived);
    own.begin(first);
    expect(own.ontoList(listOf(second), inbox, clock).items).toEqual([first, second]);
  });
});

it('a message comes into no search by a change of its labels, and leaves it for the bin', () => {
  const search = { q: 'anything' };
  const one = message(1, 'INBOX');
  expect(putInList(listOf(), one, search).items).toEqual([]);
  expect(putInList(listOf(one), changed(one, 'archive'), search).items).toEqual([changed(one, 'archive')]);
  expect(putInList(listOf(one), changed(one, 'trash'), search).items).toEqual([]);
});
