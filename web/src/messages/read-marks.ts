export interface ReadMarksOptions<Mark> {
  send: (ids: string[]) => Promise<unknown>;
  onDone: (mark: Mark) => void;
  onRefused: (mark: Mark, error: unknown) => void;
  /** Default 2,500 ms. */
  gatherMs?: number;
}

/** A mark is told to the gateway at once; who reads quickly and marks many has the next ones told in one call. */
export function createReadMarks<Mark>({ send, onDone, onRefused, gatherMs = 2_500 }: ReadMarksOptions<Mark>) {
  let gathered = new Map<string, Mark>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sentAt = -Infinity;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.size === 0) return;
    const sent = gathered;
    gathered = new Map();
    sentAt = Date.now();
    try {
      await send([...sent.keys()]);
      for (const mark of sent.values()) onDone(mark);
    } catch (error) {
      for (const mark of sent.values()) onRefused(mark, error);
    }
  }

  return {
    add(id: string, mark: Mark): void {
      gathered.set(id, mark);
      timer ??= setTimeout(() => void flush(), Math.max(0, sentAt + gatherMs - Date.now()));
    },
    /** The reader has thought better of it. */
    forget(id: string): void {
      gathered.delete(id);
    },
    flush,
  };
}
