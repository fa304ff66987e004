import { Piscina } from 'piscina';
import type { Content } from './content.ts';
import type { CleanHtml } from './sanitise-html.ts';
import type { Began, SanitiseWork } from './mail-thread.ts';

export interface MailThreads {
  /** @throws TooSlowError, or what the thread died of. */
  sanitise(work: SanitiseWork): Promise<CleanHtml>;
  /** @throws TooSlowError, or what the thread died of. */
  readRaw(raw: Uint8Array): Promise<Content>;
  close(): Promise<void>;
}

export class TooSlowError extends Error {
  override readonly name = 'TooSlowError';
}

// Source or built, as this file is.
const threadFile = import.meta.url.endsWith('.ts')
  ? new URL('./mail-thread.ts', import.meta.url)
  : new URL('./mail-thread.js', import.meta.url);

/** A mail that takes too long or too much memory loses its thread and costs itself only. */
export function createMailThreads({
  threads,
  timeoutMs,
}: {
  threads: number;
  timeoutMs: number;
}): MailThreads {
  const pool = new Piscina({
    filename: threadFile.href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 60_000,
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
  });
  // Waiting for a thread, or for one to start, is no fault of the mail: its time runs from when a thread says it began.
  const begun = new Map<number, () => void>();
  pool.on('message', ({ began }: Began) => begun.get(began)?.());
  // Whoever waits for a task hears of its failure from `run`; this event also tells of answers that came after their time.
  pool.on('error', () => undefined);
  let tasks = 0;

  async function run<Answer>(name: 'sanitise' | 'readRaw', work: unknown): Promise<Answer> {
    const id = (tasks += 1);
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    begun.set(id, () => (timer = setTimeout(() => abort.abort(), timeoutMs)));
    try {
      return await pool.run({ id, work }, { name, signal: abort.signal });
    } catch (cause) {
      // The pool replaces a thread that was ended only when it is asked for something; others may be waiting.
      pool.run(undefined, { name: 'wake' }).catch(() => undefined);
      if (abort.signal.aborted) throw new TooSlowError(`${name} took over ${timeoutMs} ms`, { cause });
      throw cause;
    } finally {
      clearTimeout(timer);
      begun.delete(id);
    }
  }

  return {
    sanitise: (work) => run<CleanHtml>('sanitise', work),
    readRaw: (raw) => run<Content>('readRaw', raw),
    close: () => pool.destroy(),
  };
}
