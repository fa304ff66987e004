import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

export type Strangers = Awaited<ReturnType<typeof listenAsStrangers>>;

/** Every host outside this machine, for a browser that is started with `flag`: who of them was spoken to. */
export async function listenAsStrangers() {
  let hosts = new Set<string>();
  // The name of a host stands in the clear in a request and in the first bytes of TLS. The browser's own calls home have others.
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .once('data', (bytes) => {
        const [host] =
          /[a-z0-9-]+(?:\.[a-z0-9-]+)*\.example/.exec(bytes.toString('latin1').toLowerCase()) ?? [];
        if (host !== undefined) hosts.add(host);
        socket.destroy();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    flag: `--host-resolver-rules=MAP * 127.0.0.1:${port}, EXCLUDE 127.0.0.1`,
    forget: () => void (hosts = new Set()),
    heard: (): readonly string[] => [...hosts],
    close: () => void server.close(),
  };
}
