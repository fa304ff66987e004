import type { Log } from '@finito/service-kit';
import type { RequestHandler } from 'express';

/** Who calls, once that was verified. */
export interface Principal {
  userId: string;
  via: 'session' | 'token';
  /** When the proof runs out, in milliseconds since 1970. */
  expiresAt: number;
}

/** What is known of a request, and learnt on its way. */
export class RequestLocals {
  readonly requestId: string;
  /** The pattern of the route that answers; undefined for what no route knows. */
  route: string | undefined = undefined;
  principal: Principal | undefined = undefined;
  readonly #log: Log;
  readonly #makeNonce: () => string;
  #nonce: string | undefined = undefined;

  constructor(requestId: string, { log, makeNonce }: { log: Log; makeNonce: () => string }) {
    this.requestId = requestId;
    this.#log = log;
    this.#makeNonce = makeNonce;
  }

  /** For the scripts and styles of this one answer. */
  get nonce(): string {
    return (this.#nonce ??= this.#makeNonce());
  }

  /** Names the request in each line. Made when it is asked for: most requests have but their one line. */
  logOfRequest(): Log {
    return this.#log.child({ requestId: this.requestId });
  }
}

export type Middleware = RequestHandler<Record<string, string>, unknown, unknown, unknown, RequestLocals>;
