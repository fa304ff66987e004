// What an answer of many megabytes costs is nearly all in its few long texts: a mail of 25 MB as JSON held up the event
// loop for a tenth of a second. A thread unpacks it and takes them out; the rest is parsed here, and they are put back.
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { TransportAnswer } from './transport.ts';

export interface LargeAnswers {
  /** Takes the bytes away. Rejects when they cannot be unpacked. */
  read(bytes: Uint8Array<ArrayBuffer>, isPacked: boolean): Promise<Pick<TransportAnswer, 'body' | 'restore'>>;
  close(): Promise<void>;
}

interface Lifted {
  id: number;
  /** With marks in the place of long texts; undefined when it could not be unpacked. */
  body?: string;
  texts: [mark: string, text: string][];
}

/** Texts below it are no burden. */
const longText = 100_000;
const idleMs = 30_000;

/** The thread lives from the first large answer until none has come for a while. */
export function createLargeAnswers({ maxBytes }: { maxBytes: number }): LargeAnswers {
  const workerData = { maxBytes, longText, mark: randomUUID() };
  const waiting = new Map<number, (lifted: Lifted) => void>();
  let worker: Worker | undefined;
  let resting: NodeJS.Timeout | undefined;
  let tasks = 0;

  function start(): Worker {
    const started = new Worker(threadSource, { eval: true, workerData, name: 'large-answers' });
    started.unref();
    started.on('message', (lifted: Lifted) => waiting.get(lifted.id)?.(lifted));
    started.on('error', () => undefined); // its end says the same
    started.on('exit', () => {
      if (worker === started) giveUp();
    });
    return started;
  }

  function lift(bytes: Uint8Array<ArrayBuffer>, isPacked: boolean): Promise<Lifted> {
    clearTimeout(resting);
    const thread = (worker ??= start());
    const id = (tasks += 1);
    return new Promise<Lifted>((resolve) => {
      waiting.set(id, resolve);
      thread.ref();
      thread.postMessage({ id, bytes, isPacked }, [bytes.buffer]);
    }).finally(() => {
      waiting.delete(id);
      if (waiting.size > 0) return;
      worker?.unref();
      resting = setTimeout(() => void close(), idleMs).unref();
    });
  }

  function giveUp(): Worker | undefined {
    const ended = worker;
    worker = undefined;
    for (const [id, resolve] of waiting) resolve({ id, texts: [] });
    return ended;
  }

  async function close(): Promise<void> {
    clearTimeout(resting);
    await giveUp()?.terminate();
  }

  return {
    async read(bytes, isPacked) {
      const { body, texts } = await lift(bytes, isPacked);
      if (body === undefined) throw new Error('cannot be unpacked');
      const byMark = new Map(texts);
      return { body, ...(texts.length > 0 && { restore: (parsed) => restored(parsed, byMark) }) };
    },
    close,
  };
}

function restored(value: unknown, texts: ReadonlyMap<string, string>): unknown {
  const root = { value };
  const open: Record<string, unknown>[] = [root];
  for (let record = open.pop(); record; record = open.pop())
    for (const [key, each] of Object.entries(record)) {
      if (typeof each === 'string') record[key] = texts.get(each) ?? each;
      else if (each !== null && typeof each === 'object') open.push(each as Record<string, unknown>);
    }
  return root.value;
}

/**
 * As text: whoever bundles this package has no second file for it. It takes out what stands between quotes and is long,
 * of ASCII without escapes, as base64 is; where quotes stand otherwise than in JSON, it takes less.
 */
const threadSource = `
const { parentPort, workerData: { maxBytes, longText, mark } } = require('node:worker_threads');
const { gunzipSync } = require('node:zlib');
const quote = 0x22, backslash = 0x5c;

parentPort.on('message', ({ id, bytes, isPacked }) => {
  let answer = { id, texts: [] };
  try {
    const plain = isPacked ? gunzipSync(bytes, { maxOutputLength: maxBytes }) : bytes;
    answer = { id, ...lifted(Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength)) };
  } catch {}
  parentPort.postMessage(answer);
});

function lifted(body) {
  const texts = [];
  const pieces = [];
  let kept = 0;
  for (let start = body.indexOf(quote); start >= 0; ) {
    const end = endOf(body, start + 1);
    if (end < 0) break;
    const text = end - start > longText ? body.toString('latin1', start + 1, end) : undefined;
    if (text !== undefined && /^[\\x20-\\x5b\\x5d-\\x7e]*$/.test(text)) {
      const name = mark + texts.length;
      texts.push([name, text]);
      pieces.push(body.subarray(kept, start + 1), Buffer.from(name));
      kept = end;
    }
    start = body.indexOf(quote, end + 1);
  }
  pieces.push(body.subarray(kept));
  return { body: Buffer.concat(pieces).toString(), texts };
}

function endOf(body, from) {
  for (let end = body.indexOf(quote, from); end >= 0; end = body.indexOf(quote, end + 1)) {
    let escapes = 0;
    while (body[end - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return -1;
}
`;
