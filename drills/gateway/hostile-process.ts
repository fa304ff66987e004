// Clients that mean harm, as a process of their own: it must not slow down the one that measures. Ends with SIGTERM.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { constants, setPriority } from 'node:os';

// Those who mean harm sit at machines of their own: what they do there must not take the processor from the gateway.
setPriority(constants.priority.PRIORITY_LOW);

/** Told by the process that measures. */
const { port, idle, slow } = JSON.parse(process.env['HOSTILE'] ?? '{}') as {
  port: number;
  idle: number;
  slow: number;
};
let isStopping = false;
process.once('SIGTERM', () => {
  isStopping = true;
  process.exit(0);
});

function open(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => resolve(socket)).resume();
  });
}
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A head or a body that comes a byte at a time, as long as it is let. */
async function slowClient(beginning: string): Promise<void> {
  while (!isStopping) {
    const socket = await open();
    socket.write(beginning);
    while (!socket.destroyed && socket.writable) {
      socket.write('x');
      await wait(1_000);
    }
    await wait(500);
  }
}

/** The whole of it at once, again and again. */
async function bomb(head: string, piece: string, pieces: number, pauseMs: number): Promise<void> {
  while (!isStopping) {
    const socket = await open();
    socket.write(head);
    for (let i = 0; i < pieces && socket.writable; i += 1) {
      if (!socket.write(piece))
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), wait(200)]);
    }
    await wait(pauseMs);
    socket.destroy();
  }
}

const post = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
const chunked =
  'POST /api/logs/client-events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
const megabyte = 'x'.repeat(1_048_576);

for (let i = 0; i < slow; i += 1) {
  void slowClient(i % 2 === 0 ? 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ' : post('/api/csp-reports', 10_000));
}
for (let i = 0; i < 5; i += 1) {
  void bomb('GET / HTTP/1.1\r\nHost: a\r\n', `X-Bomb: ${'x'.repeat(60_000)}\r\n`, 3, 200);
  void bomb('GET / HTTP/1.1\r\nHost: a\r\n', 'X: x\r\n'.repeat(4_000), 1, 200);
}
for (let i = 0; i < 3; i += 1) {
  void bomb(post('/api/logs/client-events', 52_428_800), megabyte, 50, 500);
  void bomb(chunked, `100000\r\n${megabyte}\r\n`, 50, 500);
}
for (let opened = 0; opened < idle; opened += 100) await Promise.all(Array.from({ length: 100 }, open));
console.log('all are there');
