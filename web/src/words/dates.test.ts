import { describe, expect, it } from '@jest/globals';
import { fullDate, shortDate } from './dates.ts';

const british = { locale: 'en-GB', timeZone: 'Europe/Berlin' };
const now = Date.parse('2026-03-04T10:00:00Z');

describe('the date of a message in a list', () => {
  it.each([
    ['2026-03-04T10:05:00Z', '11:05'],
    ['2026-03-03T23:30:00Z', /^0?0:30$/],
    ['2026-03-03T22:30:00Z', 'Yesterday'],
    ['2026-03-01T10:00:00Z', 'Sunday'],
    ['2026-02-20T10:00:00Z', '20 Feb'],
    ['2025-06-20T10:00:00Z', '20 Jun'],
    ['2025-03-20T10:00:00Z', '20 Mar 2025'],
    ['2019-03-20T10:00:00Z', '20 Mar 2019'],
  ])('of %s is %s', (moment, words) => {
    expect(shortDate(moment, now, british)).toMatch(words);
  });

  it('says the year of what comes from a clock in the future', () => {
    expect(shortDate('2027-03-04T10:00:00Z', now, british)).toBe('4 Mar 2027');
  });
});

it('tells everything of the message that is open', () => {
  expect(fullDate('2026-03-04T10:05:00Z', british)).toMatch(/^Wednesday,? 4 March 2026 at 11:05$/);
});
