import { describe, expect, it } from '@jest/globals';
import type { MailboxView } from '@finito/db';
import { progressOf } from './progress.ts';

const now = Date.UTC(2026, 0, 1);
const in60 = new Date(now + 60_000);
const view: MailboxView = {
  ...{ id: 'mb_1', emailAddress: 'a@example.com', state: 'syncing', createdAt: new Date(now) },
  ...{ listed: 1_000, stored: 400, gone: 0, failed: 0, pending: 600, recentlyStored: 100, recentSeconds: 20 },
  ...{ pausedAt: null, allPausedSince: null, lastSyncedAt: null, dueAt: new Date(now) },
  ...{ waitReason: null, waitUntil: null, isLeftWaiting: false, finishesAt: null },
};
const progress = (changes: Partial<MailboxView>) => progressOf({ ...view, ...changes }, now);

describe('what a mailbox waits for', () => {
  it.each<[string, Partial<MailboxView>, object | null]>([
    ['nothing', {}, null],
    ['quota, until it is due', { waitReason: 'quota', waitUntil: in60 }, { reason: 'quota' }],
    ['a worker, when it was left waiting', { isLeftWaiting: true }, { reason: 'backlog', until: null }],
    [
      'a worker, when its own wait is over',
      { isLeftWaiting: true, waitReason: 'cooldown', waitUntil: new Date(now - 1) },
      { reason: 'backlog' },
    ],
    ['its owner, who paused it', { pausedAt: new Date(now), isLeftWaiting: true }, { reason: 'paused' }],
    ['an operator, who paused all', { allPausedSince: new Date(now) }, { reason: 'paused', until: null }],
    ['consent, before all else', { state: 'reauth', pausedAt: new Date(now) }, { reason: 'reauth' }],
  ])('is %s', (_what, changes, expected) => {
    const { waiting } = progress(changes);
    if (expected === null) expect(waiting).toBeNull();
    else expect(waiting).toMatchObject(expected);
  });
});

describe('the time that is left', () => {
  it('is that of the pace, and not less than the quota says', () => {
    expect(progress({}).etaSeconds).toBe(120);
    expect(progress({ finishesAt: new Date(now + 300_000) }).etaSeconds).toBe(300);
    expect(progress({ finishesAt: in60 }).etaSeconds).toBe(120);
  });

  it('is what the quota says while the mailbox waits, for then it has no pace', () => {
    const waits = { waitReason: 'quota' as const, waitUntil: in60, recentlyStored: 1 };
    expect(progress({ ...waits, finishesAt: new Date(now + 90_000) }).etaSeconds).toBe(90);
    expect(progress({ recentlyStored: 0, finishesAt: in60 }).etaSeconds).toBe(60);
  });

  it('is unknown when nobody can say, and nothing when nothing is pending', () => {
    expect(progress({ recentlyStored: 0 }).etaSeconds).toBeNull();
    expect(progress({ recentlyStored: 0, finishesAt: new Date(now - 1) }).etaSeconds).toBeNull();
    expect(progress({ pausedAt: new Date(now), finishesAt: in60 }).etaSeconds).toBeNull();
    expect(progress({ pending: 0, state: 'live' }).etaSeconds).toBe(0);
  });
});
