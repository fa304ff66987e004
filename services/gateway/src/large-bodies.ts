// Whoever refuses a body usually reads off the rest of it, so that the connection can go on: 50 MB for one answer.
// Here what is longer than any body that a route takes is not read, and its connection ends with the answer.
import type { IncomingMessage } from 'node:http';
import { routes } from '@finito/api';
import type { Route } from '@finito/api';
import type { Response } from 'express';
import { BodyTooLargeError } from './errors.ts';
import type { GatewayRequest, GatewayResponse } from './handler.ts';

const longest = Math.max(...Object.values<Route>(routes).map(({ maxBodyBytes = 0 }) => maxBodyBytes));
/** For the answer to arrive: a connection that is closed with something unread takes the answer with it. */
const lingerMs = 500;

/** @throws BodyTooLargeError for what says that it is */
export function refuseLargeBody({ headers }: GatewayRequest, response: GatewayResponse): void {
  if (Number(headers['content-length'] ?? 0) > longest) throw new BodyTooLargeError();
  // Nobody knows how much is still to come when it is answered.
  if (headers['transfer-encoding'] !== undefined) response.setHeader('Connection', 'close');
}

/** Tells when a body that does not say its length is longer than it may be, while it comes. */
export function watchLength(request: GatewayRequest, max: number, tell: (error: Error) => void): void {
  if (request.headers['transfer-encoding'] === undefined) return;
  let bytes = 0;
  request.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > max) tell(new BodyTooLargeError());
  });
}

/** The whole answer to a body of which nothing more is read. */
export function answerUnread(request: IncomingMessage, response: Response, text: string): void {
  request.pause();
  response.set({ Connection: 'close', 'Content-Length': String(Buffer.byteLength(text)) }).write(text);
  setTimeout(() => response.end(), lingerMs).unref();
}
