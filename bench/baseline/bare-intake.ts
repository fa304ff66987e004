// The least that taking a batch of client events can cost: node's own server, the body in one piece, JSON.parse, and an
// answer. No event is looked at, nothing is counted, limited or told. As a process of its own, because its CPU is what the
// gateway's is compared by.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const { events } = JSON.parse(Buffer.concat(pieces).toString()) as { events: unknown[] };
    const body = JSON.stringify({ accepted: events.length });
    response.writeHead(202, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body);
  });
}).listen(0, '127.0.0.1', () => {
  console.log(`listening ${(server.address() as AddressInfo).port}`);
});
