import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Starts to listen and resolves to the port, which is a free one when 0 was asked for.
 * @throws PortTakenError, which names the setting that chose the port
 */
export function listenHttp(server: Server, { port, host, setting }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTakenError({ port, host, setting, cause: error }) : error);
    });
    server.listen({ port, host }, () => resolve((server.address() as AddressInfo).port));
  });
}

/**
 * From now on, clients that keep their connection are told with each answer to open another one. Those that do before
 * the server closes are not there when it closes idle connections, which may cross a request on its way.
 */
export function sendElsewhere(server: Server): void {
  server.prependListener('request', (_request, response) => {
    response.setHeader('Connection', 'close');
  });
}

/**
 * Accepts no more connections, lets the requests in hand finish and resolves when all are gone. Streams that never end
 * must be ended by whoever holds them.
 */
export function closeHttp(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  sendElsewhere(server);
  return new Promise((resolve) => {
    // A connection becomes idle when its answer is out, and keeps the server open until someone closes it.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Another process has the port. */
export class PortTakenError extends Error {
  override name = 'PortTakenError';

  constructor({ port, host, setting, cause }: ListenOptions & { cause?: unknown }) {
    super(
      `${setting}: port ${port} on ${host} is taken; stop what listens there or set ${setting} to another`,
      { cause },
    );
  }
}

interface ListenOptions {
  port: number;
  host: string;
  /** The setting that chose the port, for the message of `PortTakenError`. */
  setting: string;
}
