// A page that listens for events: as much of EventSource as the tests need.
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { until } from '@finito/testing';

export interface ReceivedEvent {
  type: string;
  id: string;
  data: Record<string, unknown>;
}

export type ListeningPage = Awaited<ReturnType<typeof aPage>>;

export async function aPage(url: string, headers: Record<string, string> = {}) {
  const events: ReceivedEvent[] = [];
  const state = { lastId: '', retryMs: 0, ended: false };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on('error', reject);
  });
  let rest = '';
  const read = (piece: string) => {
    const frames = (rest + piece).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) readFrame(frame);
  };
  function readFrame(frame: string): void {
    const fields = new Map(frame.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
    state.lastId = fields.get('id') ?? state.lastId;
    state.retryMs = Number(fields.get('retry') ?? state.retryMs);
    const data = fields.get('data');
    if (data === undefined) return;
    events.push({
      type: fields.get('event') ?? 'message',
      id: state.lastId,
      data: JSON.parse(data) as Record<string, unknown>,
    });
  }
  answer.setEncoding('utf8').on('data', read);
  answer.on('close', () => (state.ended = true)).on('error', () => undefined);

  return {
    status: answer.statusCode,
    headers: answer.headers,
    events,
    state,
    /** Whether it knows where to go on: from here on it misses nothing. */
    hasPlace: () => state.lastId !== '',
    of: (type: string) => events.filter((event) => event.type === type),
    idsOf: (type: string) =>
      events.filter((event) => event.type === type).flatMap(({ data }) => data['ids'] as string[]),
    /** Reads nothing more, as a page on a dead network does. */
    stall: () => answer.pause(),
    close: () => answer.destroy(),
    untilEnded: (timeoutMs = 5_000) =>
      until(() => state.ended, { timeoutMs, message: 'the end of the stream' }),
  };
}
