import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Gives another answer than the one that Gmail gave; undefined leaves it. */
export type Alter = (path: string, answer: Record<string, unknown>) => unknown;

/** Stands before a Gmail and alters what it answers: for answers that no Gmail should give. No batches. */
export async function startAlteredGmail(gmailUrl: string) {
  let alter: Alter = () => undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization = '', 'content-type': type = 'application/json' } = request.headers;
    const answer = await fetch(gmailUrl + request.url, {
      method: request.method ?? 'GET',
      headers: { authorization, 'content-type': type },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    const text = await answer.text();
    const altered =
      answer.ok && text !== ''
        ? alter(new URL(request.url ?? '/', gmailUrl).pathname, JSON.parse(text) as Record<string, unknown>)
        : undefined;
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(altered === undefined ? text : JSON.stringify(altered));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    alter(next: Alter) {
      alter = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
