import { describe, expect, it } from '@jest/globals';
import { mailboxState, waitReason } from '@finito/api';
import type { Mailbox, MailboxProgress } from '@finito/api';
import {
  etaInWords,
  isWorking,
  paceInWords,
  shareDone,
  stateInWords,
  summaryInWords,
  waitInWords,
} from './progress-words.ts';

const progress: MailboxProgress = {
  ...{ state: 'syncing', listed: 1_000, stored: 400, gone: 50, failed: 50, pending: 500 },
  ...{ ratePerMinute: 1_240.4, etaSeconds: 24, waiting: null },
};
const now = Date.parse('2026-03-04T12:00:00Z');
const later = (seconds: number) => new Date(now + seconds * 1_000).toISOString();

describe('the progress of a mailbox', () => {
  it('counts what was stored, has gone or has failed as done', () => {
    expect(shareDone(progress)).toBe(0.5);
    expect(shareDone({ ...progress, pending: 0, stored: 900 })).toBe(1);
  });

  it('is nothing before the first listing and everything for an empty mailbox that is live', () => {
    const empty = { ...progress, listed: 0, stored: 0, gone: 0, failed: 0, pending: 0 };
    expect(shareDone(empty)).toBe(0);
    expect(shareDone({ ...empty, state: 'live' })).toBe(1);
  });

  it('is at work while something is pending or being listed', () => {
    expect(isWorking(progress)).toBe(true);
    expect(isWorking({ ...progress, state: 'live' })).toBe(true);
    expect(isWorking({ ...progress, state: 'live', pending: 0 })).toBe(false);
    expect(isWorking({ ...progress, state: 'reauth', pending: 0 })).toBe(false);
  });

  it('has words for every state', () => {
    for (const state of mailboxState.options) {
      expect(stateInWords({ ...progress, state })).toMatch(/^[A-Z]/);
    }
  });

  it('tells pace and time left together, and neither when nothing moves', () => {
    expect(paceInWords(progress)).toBe('1,240 a minute · less than a minute left');
    expect(paceInWords({ ...progress, etaSeconds: null })).toBe('1,240 a minute');
    expect(paceInWords({ ...progress, ratePerMinute: 0 })).toBe('');
    expect(paceInWords({ ...progress, pending: 0 })).toBe('');
  });
});

describe('the time left', () => {
  it.each([
    [0, 'a few seconds left'],
    [30, 'less than a minute left'],
    [58, 'about 1 minute left'],
    [250, 'about 4 minutes left'],
    [3_700, 'about 1 hour left'],
    [30 * 3_600, 'about 30 hours left'],
    [5 * 86_400, 'about 5 days left'],
  ])('of %i seconds is "%s"', (seconds, words) => {
    expect(etaInWords(seconds)).toBe(words);
  });
});

describe('why a mailbox waits', () => {
  it.each(waitReason.options)('has words for %s, with and without an end', (reason) => {
    for (const until of [null, later(12)]) {
      expect(waitInWords({ reason, until }, now)).toMatch(/^[A-Z][^.]+\.( [A-Z].+\.)?$/);
    }
  });

  it.each([
    [-5, 'in a moment'],
    [12, 'in 12 seconds'],
    [130, 'in 2 minutes'],
    [20 * 3_600, 'in 20 hours'],
  ])('says of %i seconds that it goes on %s', (seconds, words) => {
    expect(waitInWords({ reason: 'quota', until: later(seconds) }, now)).toContain(`it goes on ${words}.`);
  });

  it('gives a time of day for what takes hours', () => {
    expect(waitInWords({ reason: 'quota', until: later(7_200) }, now)).toMatch(/it goes on at \d{1,2}.\d{2}/);
  });
});

describe('the summary of a mailbox in step', () => {
  const mailbox = (lastSyncedAt: string | null) =>
    ({ progress: { ...progress, stored: 1 }, lastSyncedAt }) as Mailbox;

  it('tells when it was last looked at only when that is a while ago', () => {
    expect(summaryInWords(mailbox(null), now)).toBe('1 message');
    expect(summaryInWords(mailbox(later(-60)), now)).toBe('1 message');
    expect(summaryInWords(mailbox(later(-600)), now)).toBe('1 message · looked 10 minutes ago');
    expect(summaryInWords(mailbox(later(-7_200)), now)).toBe('1 message · looked 2 hours ago');
  });
});
