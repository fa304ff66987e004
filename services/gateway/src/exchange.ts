// A request and its answer as the server makes them. They have express' methods from the start, where express would
// change the prototypes of both at each request; and an answer carries its fixed headers whoever writes it.
import { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:http';
import express from 'express';
import type { Express } from 'express';
import type { GatewayRequest, GatewayResponse } from './handler.ts';
import { fixedHead } from './security-headers.ts';

export class ServedRequest extends IncomingMessage {
  declare app: Express;
  declare res: ServedResponse;
}
Object.setPrototypeOf(ServedRequest.prototype, express.request);

const nothing: readonly string[] = [];

export class ServedResponse extends ServerResponse {
  declare app: Express;
  /**
   * Name, value, name, value …: goes out with `fixedHead` before the handler's own headers, or without those that it
   * set itself. As one list, since to set twenty headers one by one costs more than all else that is done for a request.
   */
  head: readonly string[] = nothing;

  /** A list of own headers must not repeat what `fixedHead` and `head` name. */
  override writeHead(status: number, ...rest: unknown[]): this {
    const head = fixedHead.concat(this.head);
    // A stream lives long, and its head is out.
    this.head = nothing;
    const [own = []] = rest;
    if (Array.isArray(own) && this.getHeaderNames().length === 0) {
      return super.writeHead(status, head.concat(own as string[]));
    }
    for (let i = 0; i < head.length; i += 2) {
      if (!this.hasHeader(head[i]!)) this.setHeader(head[i]!, head[i + 1]!);
    }
    return super.writeHead(status, ...(rest as []));
  }
}
Object.setPrototypeOf(ServedResponse.prototype, express.response);

/** For the server whose requests `adopt` is given. */
export const exchangeClasses = {
  IncomingMessage: ServedRequest,
  ServerResponse: ServedResponse,
} as unknown as Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>;

/** What express does with each request before anything else, but for the prototypes. */
export function adopt(
  app: Express,
  request: IncomingMessage,
  response: ServerResponse,
): [GatewayRequest, GatewayResponse] {
  const served = request as ServedRequest;
  const answer = response as ServedResponse;
  served.app = app;
  served.res = answer;
  answer.app = app;
  return [request, response] as unknown as [GatewayRequest, GatewayResponse];
}

/** Requests that `app` is handed keep the prototypes that they have. */
export function keepPrototypes(app: Express): void {
  app.request = ServedRequest.prototype as unknown as Express['request'];
  app.response = ServedResponse.prototype as unknown as Express['response'];
}
