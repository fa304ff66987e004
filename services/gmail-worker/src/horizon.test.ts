import { describe, expect, it } from '@jest/globals';
import { horizonName, listedFrom, listQuery } from './horizon.ts';

const all = { days: 0, labels: [], spamTrash: true };

describe('a horizon', () => {
  it('of everything asks for everything', () => {
    expect(listQuery(all, null)).toEqual({ includeSpamTrash: true });
    expect(listedFrom(all)).toBeNull();
  });

  it('of days and labels is a search for both', () => {
    const horizon = { days: 30, labels: ['INBOX', 'My Clients/Ann'], spamTrash: false };
    const from = listedFrom(horizon, Date.UTC(2026, 0, 31))!.toISOString();
    expect(listQuery(horizon, from)).toEqual({
      q: `after:${Date.UTC(2026, 0, 1) / 1_000} {label:inbox label:my-clients/ann}`,
      includeSpamTrash: false,
    });
  });

  it('has one name, whatever the order and case of its labels', () => {
    const name = horizonName({ ...all, labels: ['INBOX', 'Work'] });
    expect(horizonName({ ...all, labels: ['work', 'inbox'] })).toBe(name);
    expect(horizonName({ ...all, labels: ['work'] })).not.toBe(name);
    expect(horizonName({ ...all, spamTrash: false })).not.toBe(horizonName(all));
  });
});
