import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressOf, inbox, parsePlace } from './place.ts';

const parse = (address: string) => {
  const { pathname, search } = new URL(address, 'http://localhost');
  return parsePlace(pathname, search);
};

describe('the address of a place', () => {
  it('leads back to the same place', () => {
    const place = fc.record({
      label: fc.option(fc.stringMatching(/^[\w^-]{1,40}$/).filter((label) => label !== 'all')),
      mailboxId: fc.option(fc.stringMatching(/^mb_[a-z0-9]{16}$/)),
      q: fc.string({ unit: 'grapheme', maxLength: 60 }).map((q) => q.trim()),
      messageId: fc.option(fc.stringMatching(/^msg_[a-z0-9]{16}_[0-9a-f]{1,16}$/)),
    });
    fc.assert(fc.property(place, (given) => expect(parse(addressOf(given))).toEqual(given)));
  });

  it('has no dot in its path, which the gateway would take for a file', () => {
    const path = (label: string) => addressOf({ ...inbox, label }).split('?')[0];
    expect(path('Label_12')).toBe('/mail/Label_12');
    expect(path('^smart')).toBe('/mail/%5Esmart');
  });

  it.each(['/', '/nothing', '/mail', '/mail/', '/mail/%E0%A4%A', '/?signin=denied'])(
    'takes %s for the inbox',
    (address) => {
      expect(parse(address)).toEqual(inbox);
    },
  );
});
