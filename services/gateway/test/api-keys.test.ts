import { describe, expect, it } from '@jest/globals';
import { createKeyCheck } from '../src/api-keys.ts';

describe('the check of a key', () => {
  const check = createKeyCheck(['old-key', 'new-key']);

  it('takes each of the keys while they are rotated', () => {
    expect(check('old-key')).toBe(true);
    expect(check('new-key')).toBe(true);
  });

  it('refuses everything else', () => {
    for (const given of [undefined, '', 'old', 'old-key ', 'OLD-KEY', 'old-key,new-key']) {
      expect(check(given)).toBe(false);
    }
  });

  it('lets nobody in when there is no key', () => {
    const closed = createKeyCheck([]);
    expect(closed(undefined)).toBe(false);
    expect(closed('')).toBe(false);
  });
});
