import { describe, expect, it } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { isPublicAddress, lookupPublic } from './public-addresses.ts';

describe('an address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ...['127.0.0.1', '127.255.0.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '198.18.0.1', '203.0.113.9', '224.0.0.1', '255.255.255.255'],
    ...['::', '::1', 'fe80::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:a00:1'],
    ...['::127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:1::', '2001:db8::1', '100::1'],
    ...['localhost', '', '999.1.1.1'],
  ])('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('looking up', () => {
  it('a name of this machine gives nothing', async () => {
    for (const all of [true, false]) {
      const outcome = await new Promise((resolve) => {
        lookupPublic('localhost', { all }, (error, address: string | LookupAddress[]) =>
          resolve(error?.name ?? address),
        );
      });
      expect(outcome).toBe('AddressRefusedError');
    }
  });
});
