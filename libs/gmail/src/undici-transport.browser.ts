import type { Transport } from './transport.ts';

/** Stands in for `undici-transport.ts` in browser builds, so that they carry none of Node. */
export function createUndiciTransport(): Transport {
  throw new Error('createUndiciTransport needs Node; use fetchTransport');
}
