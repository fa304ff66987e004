import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SyncEvent } from '@finito/api';
import { connectLive } from './live-connection.ts';
import type { LiveState } from './live-connection.ts';

/** As much of the browser's EventSource as a page sees. */
class Stream extends EventTarget {
  readonly CLOSED = 2;
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  tells(type: string, data: unknown = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data) }));
  }
  /** `lost`: the browser tries again by itself; `refused`: it gives up. */
  breaks(how: 'lost' | 'refused'): void {
    this.readyState = how === 'refused' ? this.CLOSED : 0;
    this.onerror?.();
  }
  close(): void {
    this.readyState = this.CLOSED;
  }
}

function connect() {
  const streams: Stream[] = [];
  const events: SyncEvent[] = [];
  const states: LiveState[] = [];
  const connection = connectLive({
    open: () => streams[streams.push(new Stream()) - 1]! as unknown as EventSource,
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
    retryMs: 100,
    silenceMs: 5_000,
  });
  return { connection, streams, events, states };
}

describe('the live connection', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('hands on what the contract knows and passes over the rest', () => {
    const { streams, events } = connect();
    streams[0]!.opens();
    const gone = { mailboxId: 'mb_0123456789abcdef', ids: ['msg_0123456789abcdef_1f'] };
    streams[0]!.tells('message-gone', gone);
    streams[0]!.tells('message-gone', { ids: 'all' });
    streams[0]!.tells('weather', { sunny: true });
    expect(events).toEqual([{ type: 'message-gone', ...gone }]);
  });

  it('lets the browser come back by itself, and then nothing was missed', () => {
    const { streams, events, states } = connect();
    streams[0]!.opens();
    streams[0]!.breaks('lost');
    jest.advanceTimersByTime(4_000);
    streams[0]!.opens();
    expect(streams).toHaveLength(1);
    expect(events).toEqual([]);
    expect(states).toEqual(['connecting', 'live', 'lost', 'live']);
  });

  it('opens the stream anew when it was refused, ever more slowly, and asks for everything then', () => {
    const { streams, events } = connect();
    for (const waitMs of [100, 200, 400]) {
      const before = streams.length;
      streams.at(-1)!.breaks('refused');
      jest.advanceTimersByTime(waitMs / 2 - 1);
      expect(streams).toHaveLength(before);
      jest.advanceTimersByTime(waitMs / 2 + 1);
      expect(streams).toHaveLength(before + 1);
    }
    streams.at(-1)!.opens();
    expect(events).toEqual([{ type: 'reset' }]);
  });

  it('takes a silence without heartbeats for a break', () => {
    const { streams, states } = connect();
    streams[0]!.opens();
    jest.advanceTimersByTime(4_000);
    streams[0]!.tells('heartbeat');
    jest.advanceTimersByTime(4_000);
    expect(states.at(-1)).toBe('live');
    jest.advanceTimersByTime(1_200);
    expect(states.at(-1)).toBe('lost');
    expect(streams[0]!.readyState).toBe(2);
    expect(streams).toHaveLength(2);
  });

  it('is still once it is closed', () => {
    const { connection, streams } = connect();
    streams[0]!.opens();
    streams[0]!.breaks('refused');
    connection.close();
    jest.advanceTimersByTime(60_000);
    expect(streams).toHaveLength(1);
  });
});
