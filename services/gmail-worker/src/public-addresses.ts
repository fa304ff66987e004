// Which addresses somebody else's URL may lead to: those of the public internet (IANA's special-purpose registries).
import { lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

/** The host leads to no public address. */
export class AddressRefusedError extends Error {
  override name = 'AddressRefusedError';
  readonly retryable = false;
}

const special = blockList([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  // Teredo and its neighbours, documentation, 6to4: they lead to addresses of IPv4, or nowhere.
  ...['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
]);
/** All that is given out as public in IPv6; mapped IPv4, loopback, local and link-local addresses lie outside. */
const globalUnicast = blockList(['2000::/3']);

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  return family === 6 && globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/**
 * Resolves as `dns.lookup` does and gives public addresses only. A socket connects to what this gives: a name that
 * leads elsewhere a moment later leads nowhere.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '', 4);
    const addresses = found.filter(({ address }) => isPublicAddress(address));
    const [first] = addresses;
    if (!first) return callback(new AddressRefusedError('the host has no public address'), '', 4);
    if (options.all) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

function blockList(networks: string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
