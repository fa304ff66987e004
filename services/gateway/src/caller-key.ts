// Who a caller is for the rate limit: a user that proved it, or else an address.
import { hash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** By user and not by token: somebody with ten tokens has one limit. */
export function userKey(userId: string): string {
  return `user:${hash('sha256', userId, 'hex')}`;
}

/** What proves nothing counts by its address. */
export function addressKey(ip: string): string {
  return `ip:${networkOf(ip)}`;
}

/**
 * What of an address names one caller: all of IPv4, also when it is written as IPv6, and of IPv6 the first 64 bits,
 * since whoever has one address has the network of it. What is no address counts as one caller, `unknown`.
 */
export function networkOf(ip: string): string {
  if (isIPv4(ip)) return ip;
  try {
    const address = ipaddr.parse(ip);
    if (!('parts' in address)) return address.toString();
    if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
    return `${address.parts
      .slice(0, 4)
      .map((part) => part.toString(16))
      .join(':')}::/64`;
  } catch {
    return 'unknown';
  }
}
