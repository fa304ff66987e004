import type { Log } from '@finito/service-kit';
import type { RequestHandler } from 'express';

/** Who calls, once that was verified. */
export interface Principal {
  userId: string;
  via: 'session' | 'token';
  /** When the proof runs out, in milliseconds since 1970. */
  expiresAt: number;
}

/** What the middleware learns about a request on its way. */
export interface RequestLocals extends Record<string, unknown> {
  requestId: string;
  /** For the scripts and styles of this one answer. */
  nonce: string;
  /** Names the request in each line. Made when it is asked for: most requests have but their one line. */
  logOfRequest: () => Log;
  /** The pattern of the route that answers; undefined for what no route knows. */
  route?: string;
  principal?: Principal;
}

export type Middleware = RequestHandler<Record<string, string>, unknown, unknown, unknown, RequestLocals>;
