import { useMemo, useSyncExternalStore } from 'react';
import { addressOf, parsePlace } from './place.ts';
import type { Place } from './place.ts';

const moved = 'finito:moved';

/** Where the reader is, from the browser's address. */
export function usePlace(): Place {
  const address = useSyncExternalStore(subscribe, currentAddress);
  return useMemo(() => {
    const { pathname, search } = new URL(address, location.origin);
    return parsePlace(pathname, search);
  }, [address]);
}

export function goTo(place: Place): void {
  history.pushState(null, '', addressOf(place));
  dispatchEvent(new Event(moved));
}

/** Opens a message. From message to message nothing is added to the history: "back" leads to the list. */
export function openMessage(from: Place, messageId: string): void {
  const address = addressOf({ ...from, messageId });
  if (from.messageId === null) history.pushState({ listIsBehind: true }, '', address);
  else history.replaceState(history.state, '', address);
  dispatchEvent(new Event(moved));
}

export function closeMessage(from: Place): void {
  const { listIsBehind = false } = (history.state ?? {}) as { listIsBehind?: boolean };
  if (listIsBehind) return history.back();
  history.replaceState(null, '', addressOf({ ...from, messageId: null }));
  dispatchEvent(new Event(moved));
}

function currentAddress(): string {
  return location.pathname + location.search;
}

function subscribe(onChange: () => void): () => void {
  for (const type of ['popstate', moved]) addEventListener(type, onChange);
  return () => {
    for (const type of ['popstate', moved]) removeEventListener(type, onChange);
  };
}
