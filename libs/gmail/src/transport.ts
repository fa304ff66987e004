import type { HeaderReader } from './retry-after.ts';

export interface TransportRequest {
  verb: 'GET' | 'POST';
  /** Origin and path with its query; absolute. */
  url: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

export interface TransportAnswer {
  status: number;
  headers: HeaderReader;
  /** Whole and decoded: the caller's deadline covers it to its last byte. */
  body: string;
  /** The same before it was decoded, where the transport has it: the parts of a batch are decoded one by one. */
  bytes?: Uint8Array;
  /** Of a body that was too large for one go, long texts were taken out: puts them into what was parsed of it. */
  restore?: ((parsed: unknown) => unknown) | undefined;
}

/**
 * One HTTP exchange without any retry of its own. Rejects with whatever the network gives; an aborted signal
 * must end the exchange and close its connection.
 */
export interface Transport {
  send(request: TransportRequest): Promise<TransportAnswer>;
  close?(): Promise<void>;
}

// Google compresses only for those who ask in both headers. Browsers set their own and would refuse ours.
const compressionHeaders = { 'accept-encoding': 'gzip', 'user-agent': 'finito-gmail-client (gzip)' };

/** The platform's fetch; works in every browser and in Node. */
export function fetchTransport(fetch: typeof globalThis.fetch = globalThis.fetch): Transport {
  const extraHeaders = globalThis.process?.versions?.node === undefined ? {} : compressionHeaders;
  return {
    async send({ verb, url, headers, body, signal }) {
      const response = await fetch(url, {
        method: verb,
        headers: { ...headers, ...extraHeaders },
        body,
        signal,
      });
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
  };
}
