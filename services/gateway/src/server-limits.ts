import type { Server, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import { exchangeClasses } from './exchange.ts';
import { answerToUnreadable } from './problems.ts';

/**
 * What a client may take before anything of ours runs. A slow one loses its connection, a large head is answered
 * with 431, a body that does not come with 408.
 */
export const serverOptions: ServerOptions = {
  ...exchangeClasses,
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Longer than the usual 60 s of a load balancer: the side that reuses a connection must be the first to close it.
  keepAliveTimeout: 65_000,
  // How often the two timeouts above are looked at: thousands that came within seconds are not ended in one moment.
  connectionsCheckingInterval: 100,
  noDelay: true,
};

/** So many connections at once, streams included; each costs about 10 kB. */
const maxConnections = 20_000;

/**
 * At the cap, connections that are open for later make room for those that come now. What cannot be read as a request
 * is answered with a problem like any other; who asked nothing is told nothing.
 */
export function capConnections(server: Server, max = maxConnections): Server {
  server.maxConnections = max;
  server.maxHeadersCount = 100;
  const closeInTurn = closer();
  server.on('drop', () => server.closeIdleConnections());
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else if (socket.bytesRead === 0) closeInTurn(socket);
    else socket.end(answerToUnreadable(error));
  });
  return server;
}

/** So many at once, about a millisecond of work: whoever asks for something meanwhile is answered in between. */
const closedAtOnce = 50;

function closer(): (socket: Socket) => void {
  const waiting: Socket[] = [];
  function closeSome(): void {
    for (const socket of waiting.splice(0, closedAtOnce)) socket.destroy();
    if (waiting.length > 0) setImmediate(closeSome);
  }
  return (socket) => {
    if (waiting.push(socket) === 1) setImmediate(closeSome);
  };
}
