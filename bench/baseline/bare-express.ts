// What express does with nothing around it: the same answer, no headers of ours, no limit, no sign-in, no log, no count.
// As a process of its own, because its CPU is what the gateway's is compared by.
import type { AddressInfo } from 'node:net';
import express from 'express';

const app = express();
app.get('/api/auth/options', (_request, response) => {
  response.json({ sampleMailbox: false });
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening ${(server.address() as AddressInfo).port}`);
});
