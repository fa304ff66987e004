/** Ids, newest first. An id begins with the message's date, so that the order of ids is that of dates. */
export function createMessageOrder() {
  const ascending: string[] = [];
  let isSorted = true;

  function sorted(): string[] {
    if (!isSorted) ascending.sort();
    isSorted = true;
    return ascending;
  }

  /** The number of ids below this one. */
  function below(id: string): number {
    const ids = sorted();
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    add(id: string): void {
      if (id < (ascending.at(-1) ?? '')) isSorted = false;
      ascending.push(id);
    },
    remove(id: string): void {
      const at = below(id);
      if (ascending[at] === id) ascending.splice(at, 1);
    },
    /** Newest first; with `before`, only what stands after that id in the list. */
    *newestFirst(before?: string): Generator<string, void, undefined> {
      const ids = sorted();
      for (let at = (before === undefined ? ids.length : below(before)) - 1; at >= 0; at -= 1) yield ids[at]!;
    },
  };
}
