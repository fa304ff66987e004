import type { QueryClient } from '@tanstack/react-query';
import { lastStart, mergePage, nextStart, startBelow, startsOf, top } from '../messages/known-messages.ts';
import type { KnownMessages, MessagePage, Start } from '../messages/known-messages.ts';
import { shownList } from '../messages/message-queries.ts';
import type { MessageFilter, ShownList } from '../messages/message-queries.ts';
import { ownChangesOf } from '../messages/own-changes.ts';
import type { News } from './news.ts';

export interface ListRefresherOptions {
  client: QueryClient;
  fetchPage: (filter: MessageFilter, start: Start, signal: AbortSignal) => Promise<MessagePage>;
}

/** At most forty calls a minute while a mailbox is fetched: the rest of the gateway's hundred is the reader's. */
const quickMs = 1_500;
/** Between two looks that find nothing new, in the end: a backfill stores old messages, the head stays as it is. */
const slowMs = 12_000;

/** Reads those parts of the shown list again that news may have changed, one at a time and never in a hurry. */
export function createListRefresher({ client, fetchPage }: ListRefresherOptions) {
  const closed = new AbortController();
  const own = ownChangesOf(client);
  let readings = createReadings(undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;
  let pauseMs = quickMs;
  let lastAt = 0;

  function schedule(): void {
    if (timer !== undefined || isReading || readings.isEmpty() || closed.signal.aborted) return;
    timer = setTimeout(() => void step(), Math.max(0, lastAt + pauseMs - Date.now()));
  }

  async function step(): Promise<void> {
    timer = undefined;
    const list = shownList(client);
    if (!list || list.name !== readings.listName) return;
    const mine = readings;
    const reading = mine.take()!;
    isReading = true;
    try {
      pauseMs = (await readAgain(list, reading, mine)) ? quickMs : Math.min(pauseMs * 2, slowMs);
    } catch {
      // The gateway is away or asks for patience: what is on the screen stays, and the next look comes later.
      pauseMs = slowMs;
      mine.add(reading);
    }
    isReading = false;
    lastAt = Date.now();
    schedule();
  }

  /** Whether something was new. */
  async function readAgain({ key, filter }: ShownList, { start, onwards }: Reading, mine: Readings) {
    const askedAt = own.now();
    const page = await fetchPage(filter, start, closed.signal);
    const before = client.getQueryData<KnownMessages>(key);
    if (!before) return false;
    const merged = own.ontoList(mergePage(before, page, start), filter, askedAt);
    const known = client.setQueryData<KnownMessages>(key, merged)!;
    const below = onwards ? startBelow(known, start) : undefined;
    if (below) mine.add({ start: below, onwards });
    return known !== before;
  }

  return {
    want(news: News): void {
      const list = shownList(client);
      if (!list) return;
      if (list.name !== readings.listName) readings = createReadings(list.name);
      for (const reading of wanted(list.known, news)) readings.add(reading);
      if (Date.now() - lastAt > slowMs) pauseMs = quickMs;
      schedule();
    },
    close(): void {
      closed.abort();
      clearTimeout(timer);
    },
  };
}

interface Reading {
  start: Start;
  /** Then on to the end of what is known. */
  onwards: boolean;
}

type Readings = ReturnType<typeof createReadings>;

/** What is still to be read of one list, each part once. */
function createReadings(listName: string | undefined) {
  const byCursor = new Map<string | null, Reading>();
  return {
    listName,
    isEmpty: () => byCursor.size === 0,
    add({ start, onwards }: Reading): void {
      byCursor.set(start.cursor, { start, onwards: onwards || byCursor.get(start.cursor)?.onwards === true });
    },
    /** The head first: it is what people look at. */
    take(): Reading | undefined {
      const reading = byCursor.get(top.cursor) ?? byCursor.values().next().value;
      if (reading) byCursor.delete(reading.start.cursor);
      return reading;
    },
  };
}

function wanted(known: KnownMessages | undefined, { reset, stored, changed }: News): Reading[] {
  if (reset) return [{ start: top, onwards: true }];
  const starts = known ? startsOf(known, changed) : [];
  // Labels that changed may also bring a message into this list: at its head, as a rule.
  if (stored.size > 0 || changed.size > 0) starts.unshift(top);
  if (stored.size > 0 && known && !nextStart(known)) starts.push(lastStart(known));
  return starts.map((start) => ({ start, onwards: false }));
}
