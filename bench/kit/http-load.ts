// Requests over connections that stay open, with as little work as that takes: who measures must not be the slow one.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface Load {
  port: number;
  requests: number;
  connections: number;
  /** The nth request: its head, blank line included, and its body if it has one. */
  head: (index: number) => string | Buffer;
  /** Given each answer. */
  onAnswer?: (status: number, body: string) => void;
  /** Begun in a second, as evenly as a timer can; without it, each connection asks as soon as it was answered. */
  perSecond?: number;
  signal?: AbortSignal;
}

export interface Loaded {
  /** How often each status came; 0: the connection ended first. */
  statuses: Record<number, number>;
  /** From when a request was due to the end of its answer, in milliseconds. */
  latencies: number[];
}

export async function httpLoad({
  port,
  requests,
  connections,
  head,
  onAnswer,
  perSecond,
  signal,
}: Load): Promise<Loaded> {
  const loaded: Loaded = { statuses: {}, latencies: [] };
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const beganAt = performance.now();
  let next = 0;
  const ask = async (socket: Socket): Promise<void> => {
    const answered = reader(socket);
    while (next < requests && !signal?.aborted) {
      const index = next++;
      let dueAt = performance.now();
      if (perSecond !== undefined) {
        dueAt = beganAt + (index * 1_000) / perSecond;
        await until(dueAt);
      }
      socket.write(head(index));
      const { status, body } = await answered();
      onAnswer?.(status, body);
      loaded.statuses[status] = (loaded.statuses[status] ?? 0) + 1;
      loaded.latencies.push(performance.now() - dueAt);
      if (status === 0) return;
    }
  };
  await Promise.all(sockets.map(ask));
  for (const socket of sockets) socket.destroy();
  signal?.throwIfAborted();
  return loaded;
}

export async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

interface Answer {
  status: number;
  body: string;
}

const ended: Answer = { status: 0, body: '' };

/** Each call resolves with the next answer; its status is 0 when the connection ends before. */
function reader(socket: Socket): () => Promise<Answer> {
  let text = '';
  let headBytes = 0;
  let missing = -1;
  let status = 0;
  let tell: (answer: Answer) => void = () => undefined;
  socket.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
    if (missing < 0) {
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      status = Number(text.slice(9, 12));
      headBytes = end + 4;
      missing = headBytes + Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
    }
    if (text.length < missing) return;
    const body = text.slice(headBytes, missing);
    text = text.slice(missing);
    missing = -1;
    tell({ status, body });
  });
  socket.on('close', () => tell(ended));
  return () =>
    new Promise((resolve) => {
      if (socket.destroyed) return resolve(ended);
      tell = resolve;
    });
}

function until(at: number): Promise<void> {
  const ms = at - performance.now();
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

/** The value below which that share lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
