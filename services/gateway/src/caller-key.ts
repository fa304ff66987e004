// Who a caller is for the rate limit: a user that proved it, or else an address.
import { hash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { remember } from './sliding-windows.ts';

/** By user and not by token: somebody with ten tokens has one limit. */
export function userKey(userId: string): string {
  const known = userKeys.get(userId);
  if (known !== undefined) return known;
  const key = `user:${hash('sha256', userId, 'hex')}`;
  remember(userKeys, userId, key, maxUserKeys);
  return key;
}

/** Of a fifth of a kilobyte each; one costs as much to hash as to find the route. */
const userKeys = new Map<string, string>();
const maxUserKeys = 10_000;

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
