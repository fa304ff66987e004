import type { Label } from '@finito/api';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { Place } from '../page/place.ts';
import { errorInWords } from '../shared/api.ts';
import { useNow } from '../shared/use-now.ts';
import { MessageRow } from './message-row.tsx';
import type { Messages } from './use-messages.ts';
import { useSteadyScroll } from './use-steady-scroll.ts';

export interface MessageListProps {
  messages: Messages;
  place: Place;
  labels: readonly Label[];
  cursorId: string | null;
  /** Messages are still being fetched: an empty list is not the last word. */
  isArriving: boolean;
  onCursor: (id: string) => void;
}

/** Of messages.css: every row is as high, so that a list of any length is measured without being drawn. */
const rowRem = 5.25;
/** Rows before the end at which the next page is asked for. */
const ahead = 30;

export function MessageList(props: MessageListProps) {
  const { messages, place, labels, cursorId, onCursor } = props;
  const { items, hasMore } = messages;
  const scroller = useRef<HTMLDivElement>(null);
  const [rowHeight] = useState(
    () => rowRem * parseFloat(getComputedStyle(document.documentElement).fontSize),
  );
  const now = useNow(30_000);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => items[index]!.id,
    overscan: 6,
  });
  const drawn = rows.getVirtualItems();
  const lastDrawn = drawn.at(-1)?.index ?? 0;
  useSteadyScroll(scroller, items, rowHeight);

  useEffect(() => {
    if (hasMore && lastDrawn >= items.length - ahead) messages.loadMore();
  });

  const cursor = items.findIndex(({ id }) => id === cursorId);
  useEffect(() => {
    if (cursor === -1) return;
    rows.scrollToIndex(cursor, { align: 'auto' });
    // The row may have to be drawn first.
    const frame = requestAnimationFrame(() => focusRow(scroller.current, cursorId));
    return () => cancelAnimationFrame(frame);
  }, [cursorId, place.messageId]);

  return (
    <div className="message-list" id="messages" ref={scroller} tabIndex={-1}>
      <ul style={{ height: rows.getTotalSize() }} aria-busy={messages.isLoading}>
        {drawn.map(({ index, start, key }) => {
          const message = items[index]!;
          return (
            <li
              key={key}
              className="message-place"
              aria-setsize={hasMore ? -1 : items.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)` }}
            >
              <MessageRow
                {...{ message, place, labels, now, onCursor }}
                isOpen={message.id === place.messageId}
                isCursor={message.id === cursorId}
              />
            </li>
          );
        })}
      </ul>
      <ListEnd {...props} />
    </div>
  );
}

function ListEnd({ messages, place, isArriving }: MessageListProps) {
  const { items, error, isLoading, hasMore } = messages;
  if (error) {
    return (
      <div className="list-end" role="alert">
        <p>{errorInWords(error)}</p>
        <button type="button" className="button" onClick={messages.tryAgain}>
          Try again
        </button>
      </div>
    );
  }
  if (isLoading) return <Skeleton />;
  if (items.length > 0) return hasMore ? <p className="list-end">Loading more</p> : null;
  return (
    <p className="list-end" role="status">
      {isArriving ? 'The newest messages will be here in a moment.' : emptyInWords(place)}
    </p>
  );
}

function emptyInWords({ q, label }: Place): string {
  if (q !== '') return 'Nothing was found. Fewer words find more.';
  return label === 'INBOX' ? 'Your inbox is empty. Well done!' : 'There is nothing here.';
}

function Skeleton() {
  return (
    <div className="skeleton" role="status" aria-label="Loading messages">
      {Array.from({ length: 8 }, (_, row) => (
        <div key={row} className="skeleton-row" />
      ))}
    </div>
  );
}

/** Not taken from somebody who writes, nor from an open message that is being read. */
function focusRow(scroller: HTMLElement | null, id: string | null): void {
  const { activeElement } = document;
  const isFree =
    activeElement === document.body || activeElement === null || scroller?.contains(activeElement);
  if (!isFree) return;
  scroller?.querySelector<HTMLElement>(`[data-message="${id}"]`)?.focus({ preventScroll: true });
}
