import type { IncomingMessage, ServerResponse } from 'node:http';

/** One HTTP request, read, and the response to write. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Path and query; the origin means nothing. */
  url: URL;
  body: Buffer;
}

export async function exchangeOf(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  return { request, response, url: urlOf(request.url ?? '/'), body };
}

export function urlOf(path: string): URL {
  const base = 'http://simulator';
  return URL.parse(path, base) ?? new URL(base);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));
}
