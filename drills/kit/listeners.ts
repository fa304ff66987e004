// Pages that listen for events all the while, and come back when their stream ends, as EventSource does.
import { get } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@finito/testing';

export interface Listening {
  streams: number;
  /** Streams that ended with the word when to come back. */
  sentBack: number;
  /** Streams that ended without. */
  cutOff: number;
  /** Times that one could not come back at once. */
  refused: number;
  /** Times that one was told it had missed something. */
  resets: number;
  /** Events that a stream did not get and another one of the same user got, over all streams. */
  missed: number;
  events: number;
}

export interface Listeners {
  /** Resolves when all streams are open and have their place, from which on they miss nothing. */
  ready(): Promise<void>;
  stop(): Listening;
}

/** One stream for each of the headers; those of one user have the same. */
export function listen(url: string, everybody: { cookie: string }[]): Listeners {
  const streams = everybody.map((headers) => createStream(`${url}/api/sync/events`, headers));
  return {
    ready: () =>
      until(() => streams.every(({ state }) => state.isOpen && state.lastId !== ''), {
        timeoutMs: 60_000,
        message: 'all streams to be open',
      }).then(() => undefined),
    stop() {
      const byUser = Map.groupBy(streams, ({ cookie }) => cookie);
      let [missed, events] = [0, 0];
      for (const ofUser of byUser.values()) {
        // What comes while they are ended one after the other is asked of nobody.
        for (const stream of ofUser) stream.stop();
        const all = new Set(ofUser.flatMap(({ seen }) => [...seen]));
        events += all.size;
        for (const { seen, startId } of ofUser)
          missed += [...all].filter((id) => isAfter(id, startId()) && !seen.has(id)).length;
      }
      const total = (count: (state: State) => number) =>
        streams.reduce((sum, { state }) => sum + count(state), 0);
      return {
        ...{ streams: streams.length, missed, events },
        sentBack: total((state) => state.sentBack),
        cutOff: total((state) => state.cutOff),
        refused: total((state) => state.refused),
        resets: total((state) => state.resets),
      };
    },
  };
}

interface State {
  isOpen: boolean;
  lastId: string;
  sentBack: number;
  cutOff: number;
  refused: number;
  resets: number;
}

function createStream(url: string, headers: { cookie: string }) {
  const state: State = { isOpen: false, lastId: '', sentBack: 0, cutOff: 0, refused: 0, resets: 0 };
  const seen = new Set<string>();
  let startId = '';
  let isOver = false;
  let asked: ClientRequest | undefined;

  async function run(): Promise<void> {
    while (!isOver) {
      const retryMs = await once();
      if (isOver) return;
      await sleep(retryMs, undefined, { ref: false });
    }
  }

  /** One stream from beginning to end; gives how long to wait for the next. */
  async function once(): Promise<number> {
    const answer = await open().catch(() => undefined);
    if (answer?.statusCode !== 200) {
      answer?.resume();
      state.refused += 1;
      return 1_000;
    }
    state.isOpen = true;
    let retryMs: number | undefined;
    let rest = '';
    answer.setEncoding('utf8').on('data', (piece: string) => {
      const frames = (rest + piece).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        // The word at the beginning is how long to wait after a fault; the one at the end is the last thing said.
        retryMs = /^retry: (\d+)$/.test(frame) ? Number(frame.slice(7)) : undefined;
        read(frame);
      }
    });
    await new Promise((resolve) => answer.once('close', resolve).on('error', () => undefined));
    state.isOpen = false;
    if (isOver) return 0;
    state[retryMs === undefined ? 'cutOff' : 'sentBack'] += 1;
    return retryMs ?? 1_000;
  }

  function open(): Promise<IncomingMessage> {
    const since = state.lastId === '' ? {} : { 'last-event-id': state.lastId };
    return new Promise((resolve, reject) => {
      asked = get(url, { headers: { ...headers, ...since }, agent: false }, resolve).on('error', reject);
    });
  }

  function read(frame: string): void {
    const id = /^id: (.*)$/m.exec(frame)?.[1];
    const type = /^event: (.*)$/m.exec(frame)?.[1];
    if (type === 'reset') state.resets += 1;
    if (id === undefined) return;
    state.lastId = id;
    startId ||= id;
    if (type !== undefined) seen.add(id);
  }

  void run();
  return {
    ...{ state, seen, cookie: headers.cookie },
    startId: () => startId,
    stop() {
      isOver = true;
      asked?.destroy();
    },
  };
}

/** Of two ids of a Redis stream. */
function isAfter(left: string, right: string): boolean {
  const [leftMs = 0, leftN = 0] = left.split('-').map(Number);
  const [rightMs = 0, rightN = 0] = right.split('-').map(Number);
  return leftMs === rightMs ? leftN > rightN : leftMs > rightMs;
}
