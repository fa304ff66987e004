import type { EmailSummary } from '@finito/api';

export interface ReadMarksOptions {
  send: (messages: EmailSummary[]) => Promise<unknown>;
  onRefused: (messages: EmailSummary[], error: unknown) => void;
  /** Default 2,500 ms. */
  gatherMs?: number;
}

/** A mark is told to the gateway at once; who reads quickly and marks many has the next ones told in one call. */
export function createReadMarks({ send, onRefused, gatherMs = 2_500 }: ReadMarksOptions) {
  let gathered = new Map<string, EmailSummary>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sentAt = -Infinity;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const messages = [...gathered.values()];
    gathered = new Map();
    if (messages.length === 0) return;
    sentAt = Date.now();
    await send(messages).catch((error: unknown) => onRefused(messages, error));
  }

  return {
    add(message: EmailSummary): void {
      gathered.set(message.id, message);
      timer ??= setTimeout(() => void flush(), Math.max(0, sentAt + gatherMs - Date.now()));
    },
    /** The reader has thought better of it. */
    forget(id: string): void {
      gathered.delete(id);
    },
    flush,
  };
}
