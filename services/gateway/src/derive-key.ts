import { hkdfSync } from 'node:crypto';

/** One secret of the operator's gives a key of 32 bytes for each purpose, none of which leads to another (RFC 5869). */
export function deriveKey(secret: string, purpose: 'session' | 'sign-in' | 'bearer token'): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'finito', `finito ${purpose}`, 32));
}
