import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TinyRequest {
  path: string;
  token: string | undefined;
  body: string;
  headers: IncomingMessage['headers'];
}

export interface TinyServer {
  url: string;
  /** Every request so far, in order of arrival. */
  requests: TinyRequest[];
  /** Requests whose client went away before the answer was finished. */
  cutOff(): number;
  /** Most requests that were under way at one time. */
  peak(): number;
  close(): Promise<void>;
}

export type Answerer = (request: TinyRequest, response: ServerResponse) => void | Promise<void>;

/** A server of one function, for answers that no well-behaved server gives. */
export async function startTinyServer(answer: Answerer): Promise<TinyServer> {
  const requests: TinyRequest[] = [];
  let cutOff = 0;
  let running = 0;
  let peak = 0;
  const server = createServer((incoming, response) => {
    running += 1;
    peak = Math.max(peak, running);
    response.on('close', () => {
      running -= 1;
      if (!response.writableFinished) cutOff += 1;
    });
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const token = incoming.headers.authorization?.replace('Bearer ', '');
      const body = Buffer.concat(chunks).toString();
      const request = { path: incoming.url ?? '', token, body, headers: incoming.headers };
      requests.push(request);
      await answer(request, response);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    cutOff: () => cutOff,
    peak: () => peak,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function refusal(status: number, reason: string, message = reason) {
  return { error: { code: status, message, errors: [{ domain: 'global', reason, message }] } };
}

export const profile = {
  emailAddress: 'ann@example.com',
  messagesTotal: 2,
  threadsTotal: 1,
  historyId: '12',
};
