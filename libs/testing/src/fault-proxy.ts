import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';

export interface FaultProxy {
  readonly port: number;
  /** Resets every connection, and refuses new ones until `heal`. */
  cut(): void;
  /** Keeps connections open and lets nothing through, in either direction, until `heal`. */
  freeze(): void;
  /** Adds so many ms to each piece in each direction. */
  delay(ms: number): void;
  heal(): void;
  stop(): Promise<void>;
}

/** A TCP proxy on 127.0.0.1 that does to a connection what networks do. */
export async function startFaultProxy({
  target,
}: {
  target: { host?: string; port: number };
}): Promise<FaultProxy> {
  let state: 'through' | 'cut' | 'frozen' = 'through';
  let delayMs = 0;
  const sockets = new Set<Socket>();
  const reset = () => sockets.forEach((socket) => socket.resetAndDestroy());

  const server = createServer((client) => {
    if (state === 'cut') return void client.resetAndDestroy();
    const upstream = connect(target.port, target.host ?? '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => void setTimeout(() => to.destroyed || to.write(chunk), delayMs));
      from.on('end', () => void setTimeout(() => to.end(), delayMs));
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      if (state === 'frozen') from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  return {
    port: address.port,
    cut() {
      state = 'cut';
      reset();
    },
    freeze() {
      state = 'frozen';
      sockets.forEach((socket) => socket.pause());
    },
    delay: (ms) => void (delayMs = ms),
    heal() {
      state = 'through';
      delayMs = 0;
      sockets.forEach((socket) => socket.resume());
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      reset();
      await closed;
    },
  };
}
