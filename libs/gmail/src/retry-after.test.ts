import { describe, expect, it } from '@jest/globals';
import { retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const none = undefined;

function wait(header: string | null, body = ''): number | undefined {
  return retryAfterMs({ get: (name) => (name === 'retry-after' ? header : null) }, body, now);
}

describe('R36: Retry-After', () => {
  it.each([
    ['seconds', '7', 7_000],
    ['no time', '0', 0],
    ['a fraction', '1.5', 1_500],
    ['spaces around', ' 12 ', 12_000],
    ['a month, cut to a quarter of an hour', '2592000', 900_000],
    ['more than any number', '9'.repeat(400), 900_000],
    ['an HTTP-date', 'Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['an HTTP-date of the old form', 'Sunday, 01-Mar-26 12:00:30 GMT', 30_000],
    ['an asctime date, which Google never sends', 'Sun Mar  1 12:00:30 2026 GMT', 30_000],
    ['a date long past', 'Mon, 01 Jan 2001 00:00:00 GMT', 0],
    ['a date far ahead', 'Fri, 01 Jan 2999 00:00:00 GMT', 900_000],
    ['a negative number', '-5', none],
    ['a word', 'soon', none],
    ['a word with a number', 'soon 1', none],
    ['NaN', 'NaN', none],
    ['Infinity', 'Infinity', none],
    ['hexadecimal', '0x10', none],
    ['an exponent', '1e3', none],
    ['a date that is none', 'Mon, 99 Foo 2026', none],
    ['nothing', '', none],
    ['no header', null, none],
  ])('reads %s', (_title, header, expected) => {
    expect(wait(header)).toBe(expected);
  });

  it.each([
    ['a time in the sentence', 'User-rate limit exceeded.  Retry after 2026-03-01T12:00:05.250Z', 5_250],
    ['a time with an offset', 'Retry after 2026-03-01T13:00:05+01:00 (Mail sending)', 5_000],
    ['a past time in the sentence', 'Retry after 2025-08-22T18:22:38.763Z', 0],
    ['RetryInfo', '{"details":[{"retryDelay":"3.5s"}]}', 3_500],
    ['a sentence without a time', 'Retry after a while', none],
    ['a time that is none', 'Retry after 2026-99-99T99:99:99Z', none],
  ])('reads from the body %s', (_title, body, expected) => {
    expect(wait(null, body)).toBe(expected);
  });

  it('prefers the header, and falls to the body when the header is nonsense', () => {
    const body = 'Retry after 2026-03-01T12:00:05Z';
    expect(wait('2', body)).toBe(2_000);
    expect(wait('-5', body)).toBe(5_000);
  });
});
