/** The four kinds of change that history.list reports. */
export type HistoryKind = 'messagesAdded' | 'messagesDeleted' | 'labelsAdded' | 'labelsRemoved';

export interface Change {
  id: bigint;
  kind: HistoryKind;
  messageId: string;
  threadId: string;
  labelIds: string[];
  /** When it happened, in milliseconds since 1970. */
  at: number;
}

/** What happened to a mailbox: all of it for whoever checks, and as much as Gmail remembers for the API. */
export function createChangeLog() {
  const changes: Change[] = [];
  const listeners = new Set<(change: Change) => void>();
  let newest = 0n;
  let oldest = 0n;
  let count = 0;

  function nextId(): bigint {
    // Gaps, as Gmail has them; the same in each run, so that changes can be replayed.
    count += 1;
    newest += 1n + BigInt((count * 7) % 11);
    return newest;
  }

  /** The place of the first change after a position. */
  function after(position: bigint): number {
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (changes[middle]!.id > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  return {
    nextId,
    newestId: () => newest,
    begin(base: bigint): void {
      newest += base;
      oldest = newest;
    },
    record(change: Omit<Change, 'id' | 'at'>): bigint {
      const whole = { ...change, id: nextId(), at: Date.now() };
      changes.push(whole);
      for (const listener of listeners) listener(whole);
      return whole.id;
    },
    /** From now on, every position until now is too old. */
    expire(): void {
      oldest = nextId();
    },
    /** `undefined`: the position is too old, or from the future. */
    since(position: bigint): Change[] | undefined {
      if (position < oldest || position > newest) return undefined;
      return changes.slice(after(position));
    },
    /** Everything after a position, also what the API has forgotten. */
    everythingSince: (position = 0n): Change[] => changes.slice(after(position)),
    /** Returns what ends the subscription. */
    subscribe(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
